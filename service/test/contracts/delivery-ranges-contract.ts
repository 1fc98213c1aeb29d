// The promises of delivery: conditional requests and ranges, as RFC 9110 has them in sections 13 and 14.
import { beforeAll, describe, expect, test } from 'vitest'
import type { RawAnswer, RawRequest } from '../support/raw-request.ts'

/** A file that is delivered, and the way to ask for it. */
export interface Delivered {
  bytes: Buffer
  ask(request: RawRequest): Promise<RawAnswer>
}

/** `delivered` is asked once the caller's own `beforeAll` is over. */
export function keepsConditionsAndRanges(delivered: () => Delivered): void {
  let bytes: Buffer
  let size: number
  let etag: string
  let lastModified: string
  beforeAll(async () => {
    bytes = delivered().bytes
    size = bytes.length
    const { headers } = await get()
    etag = headers.etag ?? ''
    lastModified = headers['last-modified'] ?? ''
  })

  const get = (headers: Record<string, string> = {}, method = 'GET'): Promise<RawAnswer> =>
    delivered().ask({ headers, method })

  const secondsFromModified = (seconds: number): string =>
    new Date(Date.parse(lastModified) + seconds * 1000).toUTCString()

  function expectPart(answer: RawAnswer, start: number, end: number): void {
    expect(answer.status).toBe(206)
    expect(answer.headers['content-range']).toBe(`bytes ${start}-${end}/${size}`)
    expect(answer.headers['content-length']).toBe(String(end - start + 1))
    expect(answer.body.equals(bytes.subarray(start, end + 1))).toBe(true)
  }

  function expectWhole(answer: RawAnswer): void {
    expect(answer.status).toBe(200)
    expect(answer.headers['content-range']).toBeUndefined()
    expect(answer.headers['content-length']).toBe(String(size))
    expect(answer.body.equals(bytes)).toBe(true)
  }

  describe('what the client has already is not sent again', () => {
    test('If-None-Match with our tag, alone, in a list, weakened or as *, is answered 304 without a body', async () => {
      for (const tags of [etag, `"other", ${etag}`, `W/${etag}`, `W/"a",W/${etag} ,"b"`, '*'])
        for (const method of ['GET', 'HEAD']) {
          const answer = await get({ 'if-none-match': tags }, method)
          expect(answer.status, `${method} ${tags}`).toBe(304)
          expect(answer.body.length).toBe(0)
        }
    })

    test('a 304 carries what a cache renews: tag, date and cache-control, and still opens to every page', async () => {
      const whole = await get()
      const { headers } = await get({ 'if-none-match': etag })
      for (const name of ['etag', 'last-modified', 'cache-control', 'access-control-allow-origin'])
        expect(headers[name], name).toBe(whole.headers[name])
      expect(headers['content-type']).toBeUndefined()
    })

    test('If-None-Match with other tags, or with ours unquoted, sends the whole', async () => {
      for (const tags of ['"other"', 'W/"other"', `"${'0'.repeat(64)}"`, etag.replaceAll('"', '')])
        expectWhole(await get({ 'if-none-match': tags }))
    })

    test('If-Modified-Since is answered 304 from the date of the bytes on, and 200 before it', async () => {
      for (const date of [lastModified, secondsFromModified(1), secondsFromModified(86_400)])
        expect((await get({ 'if-modified-since': date })).status, date).toBe(304)
      for (const date of [secondsFromModified(-1), 'Thu, 01 Jan 1970 00:00:00 GMT', 'yesterday', ''])
        expect((await get({ 'if-modified-since': date })).status, date).toBe(200)
    })

    test('where both are given If-None-Match alone decides', async () => {
      expectWhole(await get({ 'if-none-match': '"other"', 'if-modified-since': lastModified }))
      const answer = await get({ 'if-none-match': etag, 'if-modified-since': secondsFromModified(-60) })
      expect(answer.status).toBe(304)
    })

    test('a condition that spares the client the bytes goes before a range', async () => {
      expect((await get({ 'if-none-match': etag, range: 'bytes=0-9' })).status).toBe(304)
      expectPart(await get({ 'if-none-match': '"other"', range: 'bytes=0-9' }), 0, 9)
    })
  })

  describe('a single range', () => {
    test('is sent alone, clipped to the end', async () => {
      const last = size - 1
      const table: [string, number, number][] = [
        ['bytes=0-0', 0, 0],
        ['bytes=0-99', 0, 99],
        ['bytes=100-199', 100, 199],
        ['bytes=5-', 5, last],
        ['bytes=0-', 0, last],
        [`bytes=${last}-`, last, last],
        [`bytes=${last}-${last}`, last, last],
        [`bytes=0-${size + 1000}`, 0, last],
        ['bytes=7-99999999999999999999999999', 7, last],
        ['bytes=-1', last, last],
        ['bytes=-7', size - 7, last],
        [`bytes=-${size}`, 0, last],
        ['bytes=-99999999999999999999999999', 0, last],
        ['Bytes=3-4', 3, 4],
      ]
      for (const [range, start, end] of table) expectPart(await get({ range }), start, end)
    })

    test('that begins past the end is answered 416 with the size, whatever its end', async () => {
      const ranges = [`${size}-`, `${size}-${size + 5}`, `${size + 1}-`, '99999999999999999999999999-', '-0']
      for (const range of ranges) {
        const answer = await get({ range: `bytes=${range}` })
        expect(answer.status, range).toBe(416)
        expect(answer.headers['content-range'], range).toBe(`bytes */${size}`)
        expect(answer.body.includes(bytes.subarray(0, 8)), range).toBe(false)
      }
    })

    test('that is no range, or of no unit we know, is as if it were not there', async () => {
      const ranges = [
        'bytes=9-3',
        'bytes=a-b',
        'bytes=-',
        'bytes=',
        'bytes',
        'bytes=1.5-2',
        'bytes=0x0-1',
        'bytes=--1',
        'items=0-1',
        '0-1',
        '',
        `bytes=${'9'.repeat(8000)}x-`,
      ]
      for (const range of ranges) expectWhole(await get({ range }))
    })

    test('asked of HEAD is ignored: only GET has ranges', async () => {
      const head = await get({ range: 'bytes=0-9' }, 'HEAD')
      expect(head.status).toBe(200)
      expect(head.headers['content-length']).toBe(String(size))
      expect(head.headers['content-range']).toBeUndefined()
    })

    test('lets a download be taken up where it stopped', async () => {
      const middle = Math.floor(size / 2)
      const first = await get({ range: `bytes=0-${middle - 1}` })
      const rest = await get({ range: `bytes=${middle}-`, 'if-range': first.headers.etag ?? '' })
      expect(Buffer.concat([first.body, rest.body]).equals(bytes)).toBe(true)
    })
  })

  describe('If-Range', () => {
    test('with our tag or our exact date sends the range', async () => {
      expectPart(await get({ range: 'bytes=10-19', 'if-range': etag }), 10, 19)
      expectPart(await get({ range: 'bytes=10-19', 'if-range': lastModified }), 10, 19)
    })

    test('with a stale or weak tag, or any other date, sends the whole', async () => {
      const stale = ['"other"', `W/${etag}`, secondsFromModified(-1), secondsFromModified(1), 'never', '*']
      for (const validator of stale) expectWhole(await get({ range: 'bytes=10-19', 'if-range': validator }))
    })

    test('without a range means nothing', async () => {
      expectWhole(await get({ 'if-range': etag }))
      expectWhole(await get({ 'if-range': '"other"' }))
    })
  })

  describe('several ranges amplify nothing', () => {
    test('two ranges, or 1,200 that overlap, get the whole once', async () => {
      expectWhole(await get({ range: 'bytes=0-9,20-29' }))
      expectWhole(await get({ range: `bytes=${Array.from({ length: 1200 }, (_, n) => `${n}-`).join(',')}` }))
      expectWhole(await get({ range: `bytes=0-${',0-'.repeat(1200)}` }))
    })

    test('several Range headers do not either', async () => {
      const answer = await delivered().ask({ headers: { Range: ['bytes=0-9', 'bytes=0-19'] } })
      expect(answer.body.length).toBeLessThanOrEqual(size)
      expect([200, 206]).toContain(answer.status)
    })
  })
}
