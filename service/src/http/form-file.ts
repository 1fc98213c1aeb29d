// A form that carries one file: the file's bytes and the fields around it.
import { invalidField } from '../ground/errors.ts'
import { type Part, readMultipart } from './multipart/read-multipart.ts'

const LIMITS = { maxFields: 64, maxFieldBytes: 16 * 1024, maxHeaderBytes: 16 * 1024, maxParts: 72 }
const FILE_FIELD = 'file'

/** The parts of a form whose one file, if any, is under `file`; everything else is refused. */
export async function* formParts(
  contentType: string | undefined,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Part> {
  let files = 0
  for await (const part of readMultipart(contentType, body, { ...LIMITS, fileFields: [FILE_FIELD] })) {
    if (part.kind === 'file' && part.name !== FILE_FIELD)
      throw invalidField(part.name, `is not the file field: send the file as "${FILE_FIELD}"`)
    if (part.kind === 'file' && ++files > 1)
      throw invalidField(FILE_FIELD, 'must be one file: send one a request')
    yield part
  }
}

export const missingFile = () =>
  invalidField(FILE_FIELD, `is required: send the bytes in the form field "${FILE_FIELD}"`)

/**
 * The bytes of the form's file. They end only once the whole form has been read, so that what follows the file
 * can still refuse it; the other fields are of no interest.
 */
export async function* fileBytes(
  contentType: string | undefined,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let found = false
  for await (const part of formParts(contentType, body)) {
    if (part.kind === 'field') continue
    found = true
    yield* part.bytes
  }
  if (!found) throw missingFile()
}
