// Reads the value of a form field, which is short text.

import { invalidField } from '../../ground/errors.ts'

/** The text of the field called `name`; refuses more than `maxBytes` and what is not UTF-8. */
export async function readFieldValue(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  // Decoding at once, rather than at the end, lets go of the chunks: a short value may lie in many large ones.
  let value = ''
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > maxBytes)
      throw invalidField(name, `is longer than the ${maxBytes} bytes it may have: shorten it`)
    value += decode(name, () => decoder.decode(chunk, { stream: true }))
  }
  return value + decode(name, () => decoder.decode())
}

function decode(name: string, text: () => string): string {
  try {
    return text()
  } catch {
    throw invalidField(name, 'is not UTF-8 text: encode it as UTF-8')
  }
}
