// Conditional requests (RFC 9110, section 13) on a representation with a strong ETag and a date.

export interface Validators {
  etag: string
  /** Unix milliseconds; HTTP dates have whole seconds. */
  lastModified: number
}

type Headers = Record<string, string | string[] | undefined>

/** Whether the client has it already: If-None-Match decides alone where it is given. */
export function isNotModified(headers: Headers, { etag, lastModified }: Validators): boolean {
  const noneMatch = headers['if-none-match']
  if (typeof noneMatch === 'string') return listsTag(noneMatch, etag)
  const since = dateOf(headers['if-modified-since'])
  return since !== undefined && wholeSecond(lastModified) <= since
}

/** Whether a range may be sent: If-Range must name this very representation, by strong ETag or exact date. */
export function isRangeWanted(headers: Headers, { etag, lastModified }: Validators): boolean {
  const ifRange = headers['if-range']
  if (typeof ifRange !== 'string') return true
  return ifRange.startsWith('"') ? ifRange === etag : dateOf(ifRange) === wholeSecond(lastModified)
}

/** Weak comparison: a cache may have weakened our tag. */
const listsTag = (list: string, etag: string): boolean =>
  list.trim() === '*' || list.split(',').some(tag => tag.trim().replace(/^W\//, '') === etag)

const wholeSecond = (time: number): number => Math.floor(time / 1000) * 1000

function dateOf(header: string | string[] | undefined): number | undefined {
  const time = typeof header === 'string' ? Date.parse(header) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
