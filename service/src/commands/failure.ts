// Failures in words, for the one who typed the command.
import { SecretFault } from '../config/secret-key.ts'
import { Refusal } from '../ground/errors.ts'
import { Fault } from '../ground/fault.ts'

/** What stopped a command: each reason is one clear line. */
export class CommandFailure extends Error {
  readonly reasons: string[]

  constructor(reasons: string[], options?: ErrorOptions) {
    super(reasons.join('\n'), options)
    this.name = 'CommandFailure'
    this.reasons = reasons
  }
}

export function explainFailure(error: unknown): string[] {
  if (error instanceof CommandFailure || error instanceof Fault)
    return error.reasons.map(reason => `herbarium: ${reason}`)
  if (error instanceof Refusal) return [`herbarium: ${error.message}${causeOf(error)}`]
  if (error instanceof SecretFault) return [`herbarium: ${error.message}`]
  if (error instanceof Error && 'syscall' in error) return [`herbarium: ${error.message}`] // the system's: it names call and path
  return [`herbarium: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`]
}

const causeOf = (error: Refusal): string => (error.cause instanceof Error ? ` (${error.cause.message})` : '')
