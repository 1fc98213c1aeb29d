// What the doctor says of one thing: its name, how it stands, what was found and what to do.

export type CheckStatus = 'ok' | 'warn' | 'fail'

export interface Check {
  name: string
  status: CheckStatus
  /** What was found and, unless it is in order, what to do. */
  detail: string
}

const NAMED_AT_MOST = 5

export const ok = (name: string, detail: string): Check => ({ name, status: 'ok', detail })
export const warn = (name: string, found: string, advice: string): Check => ({
  name,
  status: 'warn',
  detail: `${found}. ${advice}`,
})
export const fail = (name: string, found: string, advice: string): Check => ({
  name,
  status: 'fail',
  detail: `${found}. ${advice}`,
})

export const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`

/** How far another clock is from this one. */
export const apart = (aheadMs: number): string =>
  `${seconds(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine's`

export const listed = (items: string[]): string =>
  items.length <= NAMED_AT_MOST
    ? items.join(', ')
    : `${items.slice(0, NAMED_AT_MOST).join(', ')} and ${items.length - NAMED_AT_MOST} more`

export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
