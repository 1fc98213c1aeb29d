// What holds for the multipart reader whatever the body, however it is cut into chunks and wherever it ends.

import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Refusal } from '../../src/ground/errors.ts'
import { readMultipart } from '../../src/http/multipart/read-multipart.ts'

const options = { maxFields: 20, maxFieldBytes: 2000, maxHeaderBytes: 1000, maxParts: 20 }
const contentType = 'multipart/form-data; boundary=b-b'

/** Bytes made to mislead: delimiters, pieces of them, and noise. */
const bait = fc.constantFrom(
  '\r\n--b-b',
  '--b-b',
  '\r\n',
  '\r',
  '\n',
  '--',
  '-',
  'b',
  ' ',
  '\r\n--b-',
  '\r\r\n--b-b',
)
const noise = fc.uint8Array({ maxLength: 12 }).map(bytes => Buffer.from(bytes).toString('latin1'))
const misleading = fc
  .array(fc.oneof(bait, noise), { maxLength: 25 })
  .map(pieces => Buffer.from(pieces.join(''), 'latin1'))

/** Misleading bytes that yet hold no delimiter line, not even together with the CRLF that follows them. */
const fileContent = misleading.filter(
  bytes => !/\r\n--b-b(?:--)?[ \t]*\r\n/.test(`${bytes.toString('latin1')}\r\n`),
)

interface Content {
  name: string
  isFile: boolean
  bytes: Buffer
}

const files = fc
  .array(fileContent, { minLength: 1, maxLength: 4 })
  .map(all => all.map((bytes, index): Content => ({ name: `file-${index}`, isFile: true, bytes })))
const field = fc
  .string({ unit: 'grapheme', maxLength: 30 })
  .map((value): Content => ({ name: 'field', isFile: false, bytes: Buffer.from(value) }))
const contents = fc.tuple(files, field).map(([some, one]) => [...some, one])

function bodyOf(parts: Content[]): Buffer {
  const pieces = parts.flatMap(({ name, isFile, bytes }) => [
    Buffer.from(
      `--b-b\r\nContent-Disposition: form-data; name="${name}"${isFile ? '; filename="f"' : ''}\r\n\r\n`,
    ),
    bytes,
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from('--b-b--\r\n')])
}

/** Chunks of the given sizes, over and over; a size of zero gives an empty chunk. */
async function* cut(body: Uint8Array, sizes: number[]) {
  for (let at = 0, turn = 0; at < body.length; turn++) {
    const size = sizes[turn % sizes.length] ?? body.length
    yield Uint8Array.from(body.subarray(at, at + size))
    at += size
  }
}

const chunkSizes = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 300 })), { maxLength: 8 })
  .filter(sizes => sizes.length === 0 || sizes.some(size => size > 0))

interface Outcome {
  parts: Content[]
  error: unknown
}

/** All whole parts and, where there is one, the error that ended the reading. */
async function read(body: AsyncIterable<Uint8Array>, type = contentType): Promise<Outcome> {
  const parts: Content[] = []
  try {
    for await (const part of readMultipart(type, body, options)) {
      const isFile = part.kind === 'file'
      const bytes = isFile ? await buffer(part.bytes) : Buffer.from(part.value)
      parts.push({ name: part.name, isFile, bytes })
    }
    return { parts, error: undefined }
  } catch (error) {
    return { parts, error }
  }
}

test('Whatever a file holds, and however it arrives, it is read back as it was sent', async () => {
  await fc.assert(
    fc.asyncProperty(contents, chunkSizes, async (parts, sizes) => {
      expect(await read(cut(bodyOf(parts), sizes))).toEqual({ parts, error: undefined })
    }),
    { numRuns: 400 },
  )
})

test('A body that ends too early is refused, and its last file never looks whole', async () => {
  // A closing line needs no CRLF at the end of a body, so a file cut right behind the likes of one would look whole.
  const safe = contents.filter(parts => parts.every(({ bytes }) => !bytes.includes('\r\n--b-b--')))
  await fc.assert(
    fc.asyncProperty(safe, chunkSizes, async (parts, sizes) => {
      const body = bodyOf(parts)
      // Without its final CRLF the body is still whole, and so it is with half of it.
      for (let length = 0; length < body.length - 2; length++) {
        const outcome = await read(cut(body.subarray(0, length), sizes))
        expect(outcome.error).toBeInstanceOf(Refusal)
        expect(outcome.parts).toEqual(parts.slice(0, outcome.parts.length))
      }
    }),
    { numRuns: 25 },
  )
})

test('Garbage is read alike in one chunk and in many, and is met with refusals only', async () => {
  const line = fc.constantFrom(
    ...[
      '--b-b',
      '--b-b--',
      '--b-b \t',
      '',
      'Content-Disposition: form-data; name="a"',
      'X: y',
      ' folded',
      'a\nb',
    ],
    ...[
      'Content-Disposition: form-data; name="f"; filename="x"',
      'Content-Disposition: form-data; name="\\"',
    ],
  )
  const text = fc.oneof({ weight: 5, arbitrary: line }, noise, bait)
  const garbage = fc.array(text, { maxLength: 30 }).map(all => Buffer.from(all.join('\r\n'), 'latin1'))
  await fc.assert(
    fc.asyncProperty(garbage, chunkSizes, async (body, sizes) => {
      const whole = await read(cut(body, []))
      const pieces = await read(cut(body, sizes))
      if (whole.error !== undefined) expect(whole.error).toBeInstanceOf(Refusal)
      expect(pieces.parts).toEqual(whole.parts)
      expect(String(pieces.error)).toBe(String(whole.error))
    }),
    { numRuns: 1500 },
  )
})

test('Noise of any kind is met with refusals only, in the content type too', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), fc.string(), async (body, suffix) => {
      for (const type of [`${contentType}${suffix}`, `multipart/form-data; boundary=${suffix}`, suffix]) {
        expect((await read(cut(body, [700]), type)).error).toBeInstanceOf(Refusal)
      }
    }),
    { numRuns: 300 },
  )
})

test('Forms written by fetch are read as fetch itself reads them', async () => {
  // Two backslashes in a row may as well be one that a client escaped.
  const name = fc
    .string({
      unit: fc.oneof(
        fc.constantFrom('\\', '"', ';', '\n', '%'),
        fc.string({ unit: 'grapheme', maxLength: 1 }),
      ),
    })
    .filter(text => !/\0|\\\\/.test(text))
  const value = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.uint8Array({ maxLength: 200 }).map(bytes => new File([bytes], 'a "quoted"\r\nname\\')),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(name, value), { maxLength: 8 }),
      chunkSizes,
      async (entries, sizes) => {
        const form = new FormData()
        for (const [key, content] of entries) {
          if (typeof content === 'string') form.append(key, content)
          else form.append(key, content)
        }
        const response = new Response(form)
        const type = response.headers.get('content-type') ?? ''
        const body = Buffer.from(await response.arrayBuffer())
        const expected = await new Response(body, { headers: { 'content-type': type } }).formData()
        const parts = await Promise.all(Array.from(expected, contentOf))
        expect(await read(cut(body, sizes), type)).toEqual({ parts, error: undefined })
      },
    ),
    { numRuns: 150 },
  )
})

async function contentOf([name, value]: [string, string | File]): Promise<Content> {
  if (typeof value === 'string') return { name, isFile: false, bytes: Buffer.from(value) }
  return { name, isFile: true, bytes: Buffer.from(await value.arrayBuffer()) }
}
