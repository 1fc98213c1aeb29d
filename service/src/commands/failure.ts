// Failures in words, for the one who typed the command.
import { Refusal } from '../ground/errors.ts'

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
  if (error instanceof CommandFailure) return error.reasons.map(reason => `herbarium: ${reason}`)
  if (error instanceof Refusal) return [`herbarium: ${error.message}${causeOf(error)}`]
  return [`herbarium: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`]
}

const causeOf = (error: Refusal): string => (error.cause instanceof Error ? ` (${error.cause.message})` : '')
