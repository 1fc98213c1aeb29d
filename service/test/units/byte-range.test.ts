// Range headers: what RFC 9110 says of each, and never a byte out of bounds.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requestedRange } from '../../src/http/byte-range.ts'

describe('A range of 1000 bytes', () => {
  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=0-499', 0, 499],
    ['bytes=500-999', 500, 999],
    ['bytes=999-999', 999, 999],
    ['bytes=9-', 9, 999],
    ['bytes=0-', 0, 999],
    ['bytes=-1', 999, 999],
    ['bytes=-500', 500, 999],
    ['bytes=-1000', 0, 999],
    ['bytes=-1001', 0, 999],
    ['bytes=-99999999999999999999999', 0, 999],
    ['bytes=0-1000', 0, 999],
    ['bytes=0-99999999999999999999999', 0, 999],
    [`bytes=0-${'9'.repeat(400)}`, 0, 999],
    ['bytes=000-009', 0, 9],
    ['BYTES=1-2', 1, 2],
    ['bytes= 1-2', 1, 2],
    ['bytes=1-2 ', 1, 2],
  ])('asked for by %j is %i to %i', (header, start, end) => {
    expect(requestedRange(header, 1000)).toEqual({ start, end })
  })

  it.each([
    'bytes=1000-',
    'bytes=1000-1001',
    'bytes=-0',
    'bytes=99999999999999999999-',
    `bytes=${'9'.repeat(400)}-`,
  ])('asked for by %j cannot be had', header => {
    expect(requestedRange(header, 1000)).toBe('unsatisfiable')
  })

  it.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=1000-999',
    'bytes=0-1,2-3',
    'bytes=0-0,',
    'bytes=,0-0',
    'bytes=--1',
    'bytes=-1-',
    'bytes=1--2',
    'bytes=+1-2',
    'bytes=1.0-2',
    'bytes=0x1-2',
    'bytes=1e2-200',
    'bytes=a-b',
    'bytes=１-２',
    'bytes 0-1',
    'bytes=0-1;x',
    'seconds=0-1',
    'bytes=0-1\nbytes=2-3',
    'xbytes=0-1',
  ])('asked for by %j is the whole', header => {
    expect(requestedRange(header, 1000)).toBeUndefined()
  })
})

const placesOf = (size: number) => Array.from({ length: size }, (_, at) => at)
const span = (places: number[]) =>
  places.length === 0 ? 'unsatisfiable' : { start: places[0], end: places.at(-1) }

describe('Any range', () => {
  it('of no bytes cannot be had', () => {
    for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1', 'bytes=-0'])
      expect(requestedRange(header, 0)).toBe('unsatisfiable')
  })

  it('is exactly the bytes whose places it names', () => {
    const place = fc.oneof(fc.nat({ max: 30 }).map(BigInt), fc.bigInt({ min: 0n, max: 10n ** 15n }))
    const end = fc.option(place, { nil: undefined })
    fc.assert(
      fc.property(place, end, fc.nat({ max: 25 }), (from, to, size) => {
        const named = placesOf(size).filter(at => at >= from && at <= (to ?? at))
        const isInvalid = to !== undefined && to < from
        expect(requestedRange(`bytes=${from}-${to ?? ''}`, size)).toEqual(isInvalid ? undefined : span(named))
      }),
      { numRuns: 1000 },
    )
  })

  it('of the last bytes is exactly those', () => {
    fc.assert(
      fc.property(fc.nat({ max: 30 }), fc.nat({ max: 25 }), (length, size) => {
        const named = placesOf(size).filter(at => at >= size - length)
        expect(requestedRange(`bytes=-${length}`, size)).toEqual(span(named))
      }),
    )
  })

  it('is found in no noise that would throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map(text => `bytes=${text}`),
        ),
        header => {
          const range = requestedRange(header, 10)
          if (typeof range === 'object')
            expect(range.start >= 0 && range.end < 10 && range.start <= range.end).toBe(true)
          else expect([undefined, 'unsatisfiable']).toContain(range)
        },
      ),
    )
  })
})
