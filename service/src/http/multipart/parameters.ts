// Reads a header value with parameters, such as `form-data; name="file"`.

export interface ParameterizedValue {
  /** What stands before the first semicolon, in lower case. */
  value: string
  /** Parameter names are in lower case; values are as sent, with quoting undone. */
  parameters: Map<string, string>
}

/**
 * Takes a header value apart; `undefined` when it is malformed or says a parameter twice, for then two readers
 * could understand it differently. In quotes, RFC 9110 escapes with a backslash while browsers leave backslashes as
 * they are, even at the end; what makes no sense by the former rule is read by the latter.
 */
export function readParameters(header: string): ParameterizedValue | undefined {
  return takeApart(header, '\\') ?? takeApart(header, undefined)
}

function takeApart(header: string, escapeSign: string | undefined): ParameterizedValue | undefined {
  const head = /^[ \t]*([^;" \t]+)[ \t]*/.exec(header)
  if (head?.[1] === undefined) return undefined
  const parameters = new Map<string, string>()
  let rest = header.slice(head[0].length)
  while (rest !== '') {
    const opening = /^;[ \t]*(?:([^;="\s]+)=)?/.exec(rest)
    if (opening === null) return undefined
    rest = rest.slice(opening[0].length)
    const name = opening[1]?.toLowerCase()
    if (name === undefined) continue
    const found = rest.startsWith('"') ? quotedString(rest, escapeSign) : bareWord(rest)
    if (found === undefined || parameters.has(name)) return undefined
    parameters.set(name, found.text)
    rest = rest.slice(found.length).replace(/^[ \t]+/, '')
  }
  return { value: head[1].toLowerCase(), parameters }
}

interface Found {
  text: string
  /** How many characters it takes in the header, quoting included. */
  length: number
}

function bareWord(source: string): Found {
  const text = /^[^;" \t]*/.exec(source)?.[0] ?? ''
  return { text, length: text.length }
}

/** Only a quote or another escape character can be escaped: before anything else it stands for itself. */
function quotedString(source: string, escapeSign: string | undefined): Found | undefined {
  let text = ''
  for (let at = 1; at < source.length; at++) {
    if (source[at] === '"') return { text, length: at + 1 }
    const next = source[at + 1]
    if (source[at] === escapeSign && (next === '"' || next === escapeSign)) at++
    text += source[at]
  }
  return undefined
}
