// What needs no server: when to send again, how much to send, what a file is known by, and what an input is.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextChunkBytes, smallerChunkBytes } from '../src/chunk-size.ts'
import { fieldsOf } from '../src/description.ts'
import { type AssetFacts, createClient, toInput } from '../src/index.ts'
import { canHeal, pause, retryDelayMs, wishedDelayMs } from '../src/retry.ts'
import { type Block, createBlockReader } from '../src/server-sent-events.ts'
import { fingerprint } from '../src/unfinished-uploads.ts'

const KIB = 1024
const MIB = 1024 * 1024

describe('an answer', () => {
  test.each([
    [200, {}, false],
    [400, {}, false],
    [404, {}, false],
    [408, {}, true],
    [409, {}, true],
    [409, { 'x-should-retry': 'false' }, false],
    [429, {}, true],
    [500, {}, true],
    [503, { 'x-should-retry': 'false' }, false],
    [400, { 'x-should-retry': 'true' }, true],
  ])('of %i with %j is worth another try: %s', (status, headers, isWorth) => {
    expect(canHeal(status, new Headers(headers as Record<string, string>))).toBe(isWorth)
  })

  test.each([
    [{}, undefined],
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '3', 'retry-after-ms': '250' }, 250],
    [{ 'retry-after': new Date(12_000).toUTCString() }, 2000],
    [{ 'retry-after': new Date(1_000).toUTCString() }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after-ms': 'soon', 'retry-after': '1' }, 1000],
  ])('with %j asks to wait %s ms', (headers, ms) => {
    expect(wishedDelayMs(new Headers(headers as Record<string, string>), 10_000)).toBe(ms)
  })
})

describe('the delay before a retry', () => {
  test('doubles up to eight seconds, half of it by chance', () => {
    expect([0, 1, 2, 3, 4, 5, 30].map(retry => retryDelayMs(retry, undefined, 1))).toEqual([
      500, 1000, 2000, 4000, 8000, 8000, 8000,
    ])
    expect(retryDelayMs(1, undefined, 0)).toBe(500)
  })

  test('is what the server wishes, unless that is longer than anyone should wait unasked', () => {
    expect(retryDelayMs(0, 60_000, 0.5)).toBe(60_000)
    expect(retryDelayMs(0, 0, 0.5)).toBe(0)
    expect(retryDelayMs(0, 86_400_000, 0.5)).toBeUndefined()
  })

  test('ends at once when it is aborted, before it or in it', async () => {
    await expect(pause(60_000, AbortSignal.abort('now'))).rejects.toMatchObject({
      code: 'aborted',
      cause: 'now',
    })
    await expect(pause(60_000, AbortSignal.timeout(1))).rejects.toMatchObject({ code: 'aborted' })
  })
})

describe('a chunk', () => {
  test('grows to about a second, at most twofold', () => {
    expect(nextChunkBytes(MIB, 10)).toBe(2 * MIB)
    expect(nextChunkBytes(MIB, 800)).toBe(1.25 * MIB)
    expect(nextChunkBytes(4 * MIB, 1600)).toBe(2.5 * MIB)
    expect(nextChunkBytes(4 * MIB, 60_000)).toBe(2 * MIB)
  })

  test('has from 256 KiB to 16 MiB, whatever happened', () => {
    const bytes = fc.integer({ min: 256 * KIB, max: 16 * MIB })
    fc.assert(
      fc.property(bytes, fc.double({ min: 0, max: 1e9, noNaN: true }), (size, tookMs) => {
        for (const next of [nextChunkBytes(size, tookMs), smallerChunkBytes(size)]) {
          expect(Number.isInteger(next)).toBe(true)
          expect(next).toBeGreaterThanOrEqual(256 * KIB)
          expect(next).toBeLessThanOrEqual(16 * MIB)
        }
      }),
    )
  })
})

describe('a fingerprint', () => {
  const file = (text: string, name = 'a.wav', lastModified = 1) => ({
    blob: new Blob([text]),
    name,
    lastModified,
  })

  test('is the same for the same file and destination', async () => {
    expect(await fingerprint(file('one'), ['x'])).toBe(await fingerprint(file('one'), ['x']))
  })

  test('differs by name, size, time, first bytes and destination', async () => {
    const all = [
      fingerprint(file('one'), ['x']),
      fingerprint(file('two'), ['x']),
      fingerprint(file('ones'), ['x']),
      fingerprint(file('one', 'b.wav'), ['x']),
      fingerprint(file('one', 'a.wav', 2), ['x']),
      fingerprint(file('one'), ['y']),
    ]
    expect(new Set(await Promise.all(all)).size).toBe(all.length)
  })
})

test('a description as form fields has no field for what was not said, and one for each pair of metadata', () => {
  const said = {
    project_id: undefined,
    folder: '',
    file_name: 'a.png',
    content_type: undefined,
    metadata: { kind: 'fern' },
    sha256: undefined,
    file_size: 3,
    retention: 'ephemeral' as const,
    delete_after_seconds: 60,
    workspace_id: 'ws_1',
  }
  expect(fieldsOf(said)).toEqual({
    folder: '',
    file_name: 'a.png',
    file_size: '3',
    retention: 'ephemeral',
    delete_after_seconds: '60',
    workspace_id: 'ws_1',
    'metadata[kind]': 'fern',
  })
})

describe('toInput', () => {
  const ready = (content_type: string, url = 'https://media.example.com/media/t/a') =>
    ({ asset_id: 'asset_1', status: 'ready', url, content_type }) satisfies Partial<AssetFacts>

  test.each([
    ['image/png', 'imageUrl'],
    ['video/mp4', 'videoUrl'],
    ['audio/wav', 'audioUrl'],
    ['application/pdf', 'documentUrl'],
  ])('makes of %s an input with %s', (type, name) => {
    expect(toInput(ready(type))).toEqual({ [name]: 'https://media.example.com/media/t/a' })
  })

  test('throws for an asset that is not ready, one that a workflow could not fetch, and one of another kind', () => {
    expect(() => toInput({ ...ready('image/png'), status: 'pending_upload' })).toThrow(
      expect.objectContaining({ code: 'conflict', assetId: 'asset_1' }),
    )
    expect(() => toInput(ready('image/png', 'http://127.0.0.1:8787/media/t/a'))).toThrow(
      /^url: must be https/,
    )
    expect(() => toInput(ready('text/plain'))).toThrow(/^content_type: text\/plain/)
  })
})

test.each(['', 'media.example.com/api/v1', 'https://media.example.com', 'https:///api/v1', '/api/v1'])(
  'a base URL of "%s" is refused, with the form that it must have',
  baseUrl => {
    expect(() => createClient({ baseUrl })).toThrow(
      expect.objectContaining({
        code: 'input_validation_error',
        message: `baseUrl: must be an absolute URL that ends in /api/v1, not "${baseUrl}"`,
        fields: [expect.objectContaining({ field: 'baseUrl' })],
      }),
    )
  },
)

describe('a stream of server-sent events', () => {
  const blocksOf = (...pieces: string[]): Block[] => pieces.flatMap(createBlockReader())

  test('is read by blocks: comments are passed over, lines of data joined, and what has no end is not told', () => {
    expect(blocksOf('retry: 2000\nid: 7\n\n')).toEqual([{ retry: '2000', id: '7' }])
    expect(blocksOf(': nothing new\n\n')).toEqual([{}])
    expect(blocksOf('id:8\nevent: asset.ready\ndata: {\ndata:  }\nother\n\nid: 9\ndata: cut')).toEqual([
      { id: '8', event: 'asset.ready', data: '{\n }' },
    ])
    expect(blocksOf('data\n\n')).toEqual([{ data: '' }])
  })

  test('says the same wherever it is cut, with every kind of line break', () => {
    const said: Block[] = [{ retry: '5', id: '1' }, { id: '2', event: 'a', data: 'x: y\nz' }, {}, { id: '3' }]
    for (const end of ['\n', '\r\n', '\r']) {
      const lines = [
        'retry: 5',
        'id: 1',
        '',
        'id: 2',
        'event: a',
        'data: x: y',
        'data: z',
        '',
        ':',
        '',
        'id: 3',
        '',
        '',
      ]
      const text = lines.join(end) + (end === '\r' ? ':' : '')
      fc.assert(
        fc.property(fc.array(fc.nat(text.length)), cuts => {
          const at = [0, ...cuts.toSorted((a, b) => a - b), text.length]
          expect(blocksOf(...at.slice(1).map((to, n) => text.slice(at[n], to)))).toEqual(said)
        }),
      )
    }
  })
})
