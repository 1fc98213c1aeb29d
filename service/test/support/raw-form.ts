// Form bodies written by hand: what FormData would never produce.

export interface RawPart {
  /** Header lines, or only the parameters of a form-data disposition. */
  disposition: string
  headers?: string[]
  body: string | Uint8Array
}

export const BOUNDARY = 'frontier'

export const filePart = (
  body: string | Uint8Array,
  disposition = 'name="file"; filename="blob"',
): RawPart => ({
  disposition,
  headers: ['Content-Type: application/octet-stream'],
  body,
})

export const fieldPart = (name: string, value: string): RawPart => ({
  disposition: `name="${name}"`,
  body: value,
})

/** A multipart/form-data body (RFC 7578) with these parts in this order. */
export function rawForm(parts: RawPart[], boundary = BOUNDARY): Buffer<ArrayBuffer> {
  const pieces = parts.flatMap(({ disposition, headers = [], body }) => [
    `--${boundary}\r\n`,
    [`Content-Disposition: form-data; ${disposition}`, ...headers, '\r\n'].join('\r\n'),
    body,
    '\r\n',
  ])
  return Buffer.concat([...pieces, `--${boundary}--\r\n`].map(piece => Buffer.from(piece)))
}

export const formType = (boundary = BOUNDARY): string => `multipart/form-data; boundary=${boundary}`
