// A minute of inputs that nobody thought of: what strangers write is parsed or refused, and nothing else happens.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describe as describeAsset } from '../../src/assets/describe.ts'
import { readTicket } from '../../src/assets/ticket.ts'
import { readUploadToken } from '../../src/assets/upload-token.ts'
import { Refusal } from '../../src/ground/errors.ts'
import type { Purpose } from '../../src/ground/secrets.ts'
import { requestedRange } from '../../src/http/byte-range.ts'
import { positionIn } from '../../src/http/cursors.ts'
import { type Part, readMultipart } from '../../src/http/multipart/read-multipart.ts'
import { sniff } from '../../src/media/sniff.ts'
import { createRemote } from '../../src/remote/create-remote.ts'
import { ringOfMaster } from '../support/keys-of.ts'

const SECONDS_EACH = 10
const forAWhile = {
  numRuns: 10_000_000,
  interruptAfterTimeLimit: SECONDS_EACH * 1000,
  markInterruptAsFailure: false,
}
const TIMEOUT_MS = (SECONDS_EACH + 20) * 1000

const LIMITS = { maxFields: 8, maxFieldBytes: 200, maxHeaderBytes: 400, maxParts: 10, fileFields: ['file'] }
const TYPE = 'multipart/form-data; boundary=b'

/** Pieces that a form is made of, in any order, among others that it is not. */
const form = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '--b',
        '--b--',
        '\r\n',
        '--',
        'Content-Disposition: form-data; ',
        'name="file"',
        'name="a"',
      ),
      fc.constantFrom(
        '; filename="x"',
        '\r\n\r\n',
        'Content-Type: image/png',
        '"',
        ';',
        '=',
        '\\',
        '\0',
        ' ',
      ),
      fc.string({ maxLength: 12 }),
    ),
    { maxLength: 24 },
  )
  .map(pieces => Buffer.from(`--b\r\n${pieces.join('')}`))

async function* inChunks(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** What a reader makes of a body: its parts, or the refusal. */
async function readingOf(bytes: Buffer, size: number): Promise<unknown> {
  const read: unknown[] = []
  try {
    for await (const part of readMultipart(TYPE, inChunks(bytes, size), LIMITS)) read.push(await told(part))
    return read
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}

async function told(part: Part): Promise<unknown> {
  if (part.kind === 'field') return [part.name, part.value]
  const chunks: Uint8Array[] = []
  for await (const chunk of part.bytes) chunks.push(chunk)
  return [part.name, Buffer.concat(chunks).toString('hex')]
}

/** Runs what may refuse; any other error is passed on. */
function refusable<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

describe('For a while, whatever comes', () => {
  test(
    'a form is read alike in chunks of any size, or refused alike',
    () =>
      fc.assert(
        fc.asyncProperty(form, fc.integer({ min: 1, max: 40 }), async (bytes, size) => {
          expect(await readingOf(bytes, size)).toEqual(await readingOf(bytes, Math.max(1, bytes.length)))
        }),
        forAWhile,
      ),
    TIMEOUT_MS,
  )

  test(
    'a description is taken or refused, and what is taken is taken again unchanged',
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.record({
            fileName: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
            folder: fc.string({ unit: 'grapheme', maxLength: 60 }),
            contentType: fc.string({ maxLength: 30 }),
            metadata: fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 20 })),
          }),
          async said => {
            const taken = refusable(() => describeAsset(said, 1000, 'live'))
            if (taken === undefined) return
            const again = describeAsset({ fileName: taken.name ?? '', folder: taken.folder }, 1000, 'live')
            expect([again.name, again.folder]).toEqual([taken.name, taken.folder])
          },
        ),
        forAWhile,
      ),
    TIMEOUT_MS,
  )

  test(
    'a range lies within the file, or there is none',
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789-,= bytes') })),
          fc.nat(),
          async (text, size) => {
            const range = requestedRange(`bytes=${text}`, size)
            if (range === undefined || range === 'unsatisfiable') return
            expect(range.start >= 0 && range.start <= range.end && range.end < size).toBe(true)
          },
        ),
        forAWhile,
      ),
    TIMEOUT_MS,
  )

  test(
    'a cursor, a ticket or an upload token that we did not sign is none',
    () => {
      const of = (purpose: Purpose) => ringOfMaster('a secret that nobody guesses in a minute', purpose)
      const [cursors, tickets, uploadTokens] = [of('cursors'), of('tickets'), of('upload_tokens')]
      return fc.assert(
        fc.asyncProperty(fc.string({ unit: fc.constantFrom(...'0123456789-._abcdefv1AZ') }), async text => {
          expect(positionIn(cursors, { route: 'assets' }, text)).toBeUndefined()
          expect(readTicket(tickets, text)).toBeUndefined()
          expect(readUploadToken(uploadTokens, `ut_v1.${text}`)).toBeUndefined()
        }),
        forAWhile,
      )
    },
    TIMEOUT_MS,
  )

  test(
    'a URL has a fault that can be told, or none; it is never repeated',
    () => {
      const remote = createRemote({ ports: [443], hostAllowlist: [] })
      const url = fc.oneof(
        fc.webUrl({ validSchemes: ['https', 'http'] }),
        fc.string(),
        fc.ipV4().map(ip => `https://${ip}/`),
        fc.ipV6().map(ip => `https://[${ip}]/`),
      )
      return fc.assert(
        fc.asyncProperty(url, async text => {
          const fault = remote.faultOf(`${text}/secret-path-of-mine`)
          expect(fault ?? '').not.toContain('secret-path-of-mine')
        }),
        forAWhile,
      )
    },
    TIMEOUT_MS,
  )

  test(
    'the first bytes of anything are of a type, or of none',
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.constantFrom(
            '',
            '89504e470d0a1a0a',
            'ffd8ff',
            '474946383961',
            '52494646',
            '4f676753',
            '1a45dfa3',
            '25504446',
          ),
          fc.uint8Array({ maxLength: 200 }),
          async (opening, rest) => {
            const type = await sniff(Buffer.concat([Buffer.from(opening, 'hex'), rest]))
            expect(type === undefined || /^[a-z]+\/[a-z0-9.+-]+$/.test(type)).toBe(true)
          },
        ),
        forAWhile,
      ),
    TIMEOUT_MS,
  )
})
