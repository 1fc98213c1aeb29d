// A form with one file, as clients send it: fields first.
import type { MediaFile } from './media.ts'

const BOUNDARY = '----------------------------bench7d81b516112482'

export interface Form {
  headers: Record<string, string>
  body: Uint8Array[]
}

export function formOf(fields: Record<string, string>, file: MediaFile, fileField = 'file'): Form {
  const texts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const opening = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${fileField}"; filename="${file.name}"\r\ncontent-type: ${file.contentType}\r\n\r\n`
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    body: [
      Buffer.from(texts.join('') + opening, 'latin1'),
      ...file.pieces,
      Buffer.from(`\r\n--${BOUNDARY}--\r\n`, 'latin1'),
    ],
  }
}
