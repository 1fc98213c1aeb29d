// Finds the delimiter lines that stand between the parts of a multipart body.

/** What a delimiter line leads to: another part, or the end of the multipart body. */
export type Following = 'part' | 'close'

export type Search =
  /** A delimiter line from `start` to `end`; its final CRLF stands after `end`. */
  | { found: Following; start: number; end: number }
  /** All before `start` is data; from there on more bytes are needed to tell, or there are none. */
  | { found: undefined; start: number }

export type FindDelimiter = (bytes: Buffer, hasEnded: boolean) => Search

const carriageReturn = 0x0d
// RFC 2046 lets blanks follow a boundary and sets no limit; without one they could be held back for ever.
const wholeLine = /^(--)?[ \t]{0,64}\r\n/
const lineSoFar = /^(?:-|(?:--)?[ \t]{0,64}\r?)$/
const closingLineSoFar = /^--[ \t]{0,64}\r?$/
const longestLineEnd = 2 + 64 + 2

/**
 * A search for `CRLF--boundary` that is followed by nothing but an optional `--`, blanks and CRLF (RFC 2046,
 * section 5.1.1). Anything that only resembles it is data. The closing line needs no CRLF at the end of the body.
 */
export function createDelimiterSearch(boundary: string): FindDelimiter {
  const needle = Buffer.from(`\r\n--${boundary}`, 'latin1')
  return (bytes, hasEnded) => {
    let start = bytes.indexOf(needle)
    while (start !== -1) {
      const verdict = judgeLine(bytes, start, { from: start + needle.length, hasEnded })
      if (verdict !== undefined) return verdict
      start = bytes.indexOf(needle, start + needle.length)
    }
    return { found: undefined, start: startOfDoubt(bytes, needle) }
  }
}

/** Judges what follows a boundary; `undefined` if it makes the boundary mere data. */
function judgeLine(bytes: Buffer, start: number, line: { from: number; hasEnded: boolean }) {
  const lineEnd = bytes.toString('latin1', line.from, line.from + longestLineEnd)
  const whole = wholeLine.exec(lineEnd)
  if (whole !== null) {
    const found: Following = whole[1] === undefined ? 'part' : 'close'
    return { found, start, end: line.from + whole[0].length - 2 }
  }
  if (line.hasEnded && closingLineSoFar.test(lineEnd)) {
    return { found: 'close' as const, start, end: bytes.length }
  }
  return lineSoFar.test(lineEnd) ? { found: undefined, start } : undefined
}

/** Where the bytes may end in the beginning of a needle. It has but one CR, so only the last CR can begin it. */
function startOfDoubt(bytes: Buffer, needle: Buffer): number {
  const tail = bytes.subarray(Math.max(0, bytes.length - needle.length + 1))
  const at = tail.lastIndexOf(carriageReturn)
  if (at === -1) return bytes.length
  const isBeginning = needle.subarray(0, tail.length - at).equals(tail.subarray(at))
  return isBeginning ? bytes.length - tail.length + at : bytes.length
}
