// Reads the headers of one part of a multipart body: what it is called, and whether it is a file.

import { brokenBody, invalidField } from '../../ground/errors.ts'
import type { ByteWindow } from './byte-window.ts'
import { readParameters } from './parameters.ts'

export interface PartHeaders {
  /** The form field's name. */
  name: string
  /** True where the sender gave a file name, be it an empty one. */
  hasFileName: boolean
}

/**
 * Takes a part's headers and the blank line behind them out of the window, which stands at the CRLF of the
 * delimiter line (RFC 7578, section 4). Headers that mean nothing here are ignored, but must be well-formed.
 */
export async function readPartHeaders(window: ByteWindow, maxBytes: number): Promise<PartHeaders> {
  const block = await takeHeaderBlock(window, maxBytes)
  // As Latin-1 every byte is one character and none is lost; only the name must be UTF-8 in the end.
  const headers = block.length === 0 ? [] : block.toString('latin1').split('\r\n').map(headerLine)
  checkTransferEncoding(onlyValue(headers, 'content-transfer-encoding'))
  const parsed = readParameters(onlyValue(headers, 'content-disposition') ?? '')
  const name = parsed?.parameters.get('name')
  if (parsed?.value !== 'form-data' || name === undefined) {
    throw invalidField('content-disposition', 'must be form-data; name="…" in every part')
  }
  const hasFileName = parsed.parameters.has('filename') || parsed.parameters.has('filename*')
  return { name: fieldName(name), hasFileName }
}

const blankLine = '\r\n\r\n'

async function takeHeaderBlock(window: ByteWindow, maxBytes: number): Promise<Buffer> {
  for (;;) {
    const end = window.bytes().indexOf(blankLine)
    // Without a blank line the last three bytes may be the beginning of one.
    const size = (end === -1 ? window.bytes().length - 3 : end) - 2
    if (size > maxBytes) {
      throw invalidField('body', `has a part with more than ${maxBytes} bytes of headers: shorten them`)
    }
    if (end !== -1) return window.take(end + blankLine.length).subarray(2, Math.max(end, 2))
    if (window.hasEnded()) throw brokenBody()
    await window.widen()
  }
}

interface Header {
  name: string
  value: string
}

function headerLine(line: string): Header {
  if (/^[ \t]/.test(line)) {
    throw invalidField('body', 'has a folded part header: send each header on one line')
  }
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(colon, 0)).toLowerCase()
  const value = line.slice(colon + 1)
  if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name) || /[\0\r\n]/.test(value)) {
    throw invalidField('body', 'has a malformed part header: send "name: value" lines that end in CRLF')
  }
  return { name, value }
}

function onlyValue(headers: Header[], name: string): string | undefined {
  const [first, second] = headers.filter(header => header.name === name)
  if (second !== undefined) throw invalidField(name, 'stands twice in one part: send it once')
  return first?.value
}

function checkTransferEncoding(encoding: string | undefined): void {
  if (encoding === undefined || /^(?:binary|8bit|7bit)$/i.test(encoding.trim())) return
  throw invalidField('content-transfer-encoding', 'must be binary: send the bytes as they are')
}

/** Undoes what browsers do to names: they send quotes and line breaks percent-encoded, and nothing else. */
function fieldName(sent: string): string {
  const unescaped = sent.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n')
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    return decoder.decode(Buffer.from(unescaped, 'latin1'))
  } catch {
    throw invalidField('content-disposition', 'has a name that is not UTF-8: encode it as UTF-8')
  }
}
