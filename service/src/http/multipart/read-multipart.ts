// Reads a multipart/form-data body part by part while it arrives, holding no file in memory.

import { invalidField } from '../../ground/errors.ts'
import { boundaryOf } from './boundary.ts'
import { type ByteWindow, openByteWindow } from './byte-window.ts'
import { createDelimiterSearch, type Following } from './delimiter.ts'
import { readFieldValue } from './field-value.ts'
import { type PartHeaders, readPartHeaders } from './part-headers.ts'
import { createSection, type Section } from './section.ts'

export interface MultipartLimits {
  /** How many parts may be fields rather than files. */
  maxFields: number
  /** Bytes of one field's value. */
  maxFieldBytes: number
  /** Bytes of one part's headers; also of what may stand before the first part or is read after the last. */
  maxHeaderBytes: number
  /** Fields and files together. */
  maxParts: number
}

export interface MultipartOptions extends MultipartLimits {
  /** Names of the form fields that are files even if sent without a file name. */
  fileFields?: readonly string[]
}

/** `name` is the form field's. What the sender says of a file, its name and its type, is not to be believed. */
export type Part =
  | { kind: 'field'; name: string; value: string }
  | { kind: 'file'; name: string; bytes: AsyncIterable<Uint8Array> }

/**
 * Yields the parts of a multipart/form-data body in their order (RFC 7578, RFC 2046 section 5.1).
 *
 * A file's `bytes` can be read once, before the next part is asked for; what is left of them then is skipped, and
 * reading on later throws. They end only after the delimiter behind them has been seen: if the body ends or breaks
 * before, they throw `brokenBody`, and so does the reader. Whatever else is wrong with the body throws
 * `invalidField`, naming the form field, the header or `body`. A refusal that the body itself throws stays as it is.
 *
 * Stopping early, or a refusal, calls `return` on the body's iterator. A Node stream then destroys itself: give
 * `request.iterator({ destroyOnReturn: false })` if the request is still to be answered.
 */
export async function* readMultipart(
  contentType: string | undefined,
  body: AsyncIterable<Uint8Array>,
  options: MultipartOptions,
): AsyncGenerator<Part, void, undefined> {
  const findDelimiter = createDelimiterSearch(boundaryOf(contentType))
  // The first delimiter may lack its CRLF; with this one before the body it is like the others.
  const window = openByteWindow(Buffer.from('\r\n'), body)
  const admit = createAdmission(options)
  try {
    let following = await skipPreamble(createSection(window, findDelimiter), options.maxHeaderBytes)
    while (following === 'part') {
      const headers = await readPartHeaders(window, options.maxHeaderBytes)
      const kind = admit(headers)
      const { name } = headers
      const { bytes, leave } = createSection(window, findDelimiter)
      if (kind === 'file') yield { kind, name, bytes }
      else yield { kind, name, value: await readFieldValue(name, bytes, options.maxFieldBytes) }
      following = await leave()
    }
    await skipEpilogue(window, options.maxHeaderBytes)
  } finally {
    await window.close()
  }
}

/** Tells files from fields and counts both; refuses a part that is one too many. */
function createAdmission(options: MultipartOptions): (headers: PartHeaders) => Part['kind'] {
  const fileFields = new Set(options.fileFields)
  let parts = 0
  let fields = 0
  return ({ name, hasFileName }) => {
    const kind = hasFileName || fileFields.has(name) ? 'file' : 'field'
    parts += 1
    if (kind === 'field') fields += 1
    if (parts > options.maxParts) throw tooMany('parts', options.maxParts)
    if (fields > options.maxFields) throw tooMany('fields', options.maxFields)
    return kind
  }
}

const tooMany = (what: 'parts' | 'fields', max: number) =>
  invalidField('body', `has more than the ${max} ${what} it may have: leave some out`)

async function skipPreamble(section: Section, maxBytes: number): Promise<Following> {
  let size = 0
  for await (const bytes of section.bytes) {
    size += bytes.length
    if (size > maxBytes) {
      throw invalidField('body', 'must begin with the boundary that its content type names')
    }
  }
  return section.leave()
}

/** Reads on to the end of a body that ends soon, so that its connection can serve another request. */
async function skipEpilogue(window: ByteWindow, maxBytes: number): Promise<void> {
  let size = 0
  while (size <= maxBytes && !window.hasEnded()) {
    size += window.take(window.bytes().length).length
    await window.widen()
  }
}
