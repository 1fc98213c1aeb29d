// Promise 8, nothing unchecked is served: every hostile file we know, by every way in. Until an asset is ready its URL
// answers 404, and what it then answers is of an allowed, detected type. At length: flows/one-gate (reasons, and the
// good samples), units/media-*, browser/media (what a browser makes of what is served).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { strayFiles } from '../support/folder-facts.ts'
import { gateFiles } from '../support/hostile-files.ts'
import { rawRequest } from '../support/raw-request.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { found, SIGNED_WAYS, type Street, sendBy, startStreet, WAYS } from '../support/start-street.ts'
import { begun, sendPiece } from '../support/tus.ts'
import { completed } from '../support/uploads.ts'

/** What may ever be served, as the contract has it. */
const ALLOWED = [
  ...['jpeg', 'png', 'webp', 'gif', 'avif', 'heic', 'heif'].map(type => `image/${type}`),
  ...[
    'video/mp4',
    'video/webm',
    'video/quicktime',
    'audio/mpeg',
    'audio/wav',
    'audio/ogg',
    'application/pdf',
  ],
]
/** What every sender says of every file. */
const LABEL = { file_name: 'fern.png', content_type: 'image/png' }
const MAX_DIRECT_BYTES = 4 * 1024 * 1024

let street: Street
beforeAll(async () => {
  street = await startStreet({ MAX_PENDING_PER_WORKSPACE: '100000' })
})
afterAll(() => street.close())

/** Each way of asking for a URL's bytes. */
async function answersOf(url: string) {
  const { pathname } = new URL(url)
  const token = pathname.split('/')[2] ?? ''
  const ask = (path: string, headers = {}, method = 'GET') =>
    rawRequest(street.herbarium.origin, path, { method, headers })
  return Promise.all([
    ask(pathname),
    ask(pathname, {}, 'HEAD'),
    ask(pathname, { range: 'bytes=0-99' }),
    ask(`/media/${token}`),
    ask(`/media/${token}/fern.html?download&content-type=text/html`, { accept: 'text/html' }),
  ])
}

async function expectNotServed(url: string, bytes?: Buffer): Promise<void> {
  for (const { status, body, headers } of await answersOf(url)) {
    expect(status).toBe(404)
    expect(headers['content-type'] ?? 'application/json').toMatch(/^application\/json/)
    if (bytes !== undefined && bytes.length >= 16) expect(body.includes(bytes.subarray(0, 64))).toBe(false)
  }
}

async function expectServed(url: string, readyAs: string): Promise<void> {
  expect(ALLOWED).toContain(readyAs)
  for (const { status, headers } of await answersOf(url)) {
    expect(status).toBeOneOf([200, 206])
    expect(headers).toMatchObject({
      'content-type': readyAs,
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none';(?!.*(allow-scripts|unsafe-eval))/,
      ),
      'cross-origin-resource-policy': 'cross-origin',
      'content-disposition': expect.stringMatching(/^(inline|attachment)/),
    })
    if (readyAs !== 'application/pdf') expect(headers['content-security-policy']).toContain('sandbox')
  }
}

const hostile = gateFiles.filter(({ outcome }) => 'failedFor' in outcome)
const polyglots = gateFiles.filter(
  ({ what, outcome }) => 'readyAs' in outcome && !what.startsWith('the sample'),
)
const waysFor = (bytes: Buffer) => WAYS.filter(way => way !== 'direct' || bytes.length <= MAX_DIRECT_BYTES)

describe.concurrent('By no way is a file ever served that is', () => {
  test.each(hostile)('$what', async ({ make }) => {
    const bytes = await make()
    for (const way of waysFor(bytes)) {
      const { status, url, asset_id, failure_message } = await street.bring(way, bytes, LABEL)
      expect({ way, status }).toEqual({ way, status: 'failed' })
      expect(failure_message).toBeTruthy()
      await expectNotServed(url, bytes)
      expect((await found(street.herbarium, asset_id)).status).toBe('failed')
    }
  })
})

describe.concurrent('By every way it is served as what it is, and as nothing else:', () => {
  test.each(polyglots)('$what', async ({ make, outcome }) => {
    const bytes = await make()
    for (const way of waysFor(bytes)) {
      const { status, url } = await street.bring(way, bytes, { ...LABEL, content_type: 'text/html' })
      expect({ way, status }).toEqual({ way, status: 'ready' })
      if ('readyAs' in outcome) await expectServed(url, outcome.readyAs)
    }
  })
})

test.each(SIGNED_WAYS)('nothing is served before its completion, of good bytes either: by %s', async way => {
  const { herbarium } = street
  const png = await sampleBytes('i.png')
  const reservation = await reserve(herbarium, LABEL)
  await expectNotServed(reservation.url)
  expect((await sendBy(herbarium, way, reservation, png)).status).toBe(204)
  await expectNotServed(reservation.url, png)
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
  await expectServed(reservation.url, 'image/png')
})

test('bad bytes that were good at first are not served: what is whole is looked at', async () => {
  const { herbarium } = street
  const [png, html] = [await sampleBytes('i.png'), Buffer.from('<html><script>alert(1)</script></html>')]
  const replaced = await reserve(herbarium, LABEL)
  for (const bytes of [png, html]) expect((await sendBy(herbarium, 'put', replaced, bytes)).status).toBe(204)
  expect((await completed(herbarium, replaced.asset_id)).status).toBe('failed')
  await expectNotServed(replaced.url, html)

  const pieces = Buffer.concat([html, png])
  const resumed = await begun(herbarium, pieces.length)
  for (const from of [0, html.length])
    await sendPiece(herbarium, resumed, { file: pieces, from, end: from === 0 ? html.length : pieces.length })
  expect((await completed(herbarium, resumed.asset_id)).status).toBe('failed')
  await expectNotServed(resumed.url, pieces)
})

test('afterwards everything that is published belongs to a ready asset', async () => {
  const stray = await strayFiles(street.herbarium.dataDir)
  expect(stray.filter(file => file.startsWith('media/'))).toEqual([])
  expect(hostile.length).toBeGreaterThan(60)
})
