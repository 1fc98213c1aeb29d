// Range requests (RFC 9110, section 14): one range of bytes, or the whole.

export interface ByteRange {
  /** First and last byte, both included. */
  start: number
  end: number
}

/**
 * The range a Range header asks of `size` bytes; undefined where the whole is to be sent: no range, a unit or a
 * form we do not know, or several ranges, which a server may ignore and which would only let one amplify.
 */
export function requestedRange(
  header: string | undefined,
  size: number,
): ByteRange | 'unsatisfiable' | undefined {
  const [, from = '', to = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header ?? '') ?? []
  if (from === '' && to === '') return undefined
  if (from === '') return to === '' ? undefined : suffix(Number(to), size)
  const start = Number(from)
  const end = to === '' ? size - 1 : Number(to)
  if (end < start && to !== '') return undefined
  if (start >= size) return 'unsatisfiable'
  return { start, end: Math.min(end, size - 1) }
}

const suffix = (length: number, size: number): ByteRange | 'unsatisfiable' =>
  length === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - length), end: size - 1 }
