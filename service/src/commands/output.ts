// What a command says: JSON with --json, else lines for a person.
import { HerbariumError } from '@herbarium/client'
import type { CommandFailure } from './failure.ts'

export interface OutputOptions {
  json?: boolean
}

export const JSON_OPTION = ['--json', 'print one JSON object and nothing else'] as const
/** Of commands that answer many things. */
export const JSON_LINES_OPTION = ['--json', 'print one JSON object a line and nothing else'] as const

export function say(options: OutputOptions, object: Record<string, unknown>, lines: string[]): void {
  console.log(options.json ? JSON.stringify(object) : lines.join('\n'))
}

/** For the line of one among many. */
export function saidOfFailure(error: HerbariumError | CommandFailure) {
  if (!(error instanceof HerbariumError)) return { error: { message: error.reasons.join(' ') } }
  const { code, message, assetId } = error
  return { error: { code, message }, ...(assetId === undefined ? {} : { asset_id: assetId }) }
}
