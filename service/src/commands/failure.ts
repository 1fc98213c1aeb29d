// Failures in words, for the one who typed the command.
import { HerbariumError } from '@herbarium/client'
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
  if (error instanceof CommandFailure || error instanceof Fault || error instanceof HerbariumError)
    return reasonsIn(error).map(reason => `herbarium: ${reason}`)
  if (error instanceof Refusal) return [`herbarium: ${error.message}${causeOf(error)}`]
  if (error instanceof SecretFault) return [`herbarium: ${error.message}`]
  if (error instanceof Error && 'syscall' in error) return [`herbarium: ${error.message}`] // the system's: it names call and path
  return [`herbarium: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`]
}

/** What the server refused begins with its code; what this side found says itself. */
export function reasonsIn(error: CommandFailure | Fault | HerbariumError): string[] {
  if (!(error instanceof HerbariumError)) return error.reasons
  const { code, message } = error
  if (code === 'network') return [`${message} Is the server running there?`]
  return [LOCAL_CODES.has(code) ? message : `${code}: ${message}`]
}

const LOCAL_CODES = new Set<HerbariumError['code']>(['timeout', 'aborted', 'failed_verification'])

const causeOf = (error: Refusal): string => (error.cause instanceof Error ? ` (${error.cause.message})` : '')
