// Conditional requests as RFC 9110 has them, for a representation with a strong ETag and a date.
import { describe, expect, it } from 'vitest'
import { isNotModified, isRangeWanted } from '../../src/http/preconditions.ts'

const etag = '"0123abcd"'
const lastModified = Date.UTC(2026, 0, 1, 12, 0, 0, 750)
const validators = { etag, lastModified }
const httpDate = (offsetSeconds: number) => new Date(lastModified + offsetSeconds * 1000).toUTCString()

describe('If-None-Match', () => {
  it.each([
    [etag],
    [`W/${etag}`],
    ['*'],
    [' * '],
    [`"other", ${etag}`],
    [`"other",W/${etag}`],
    [`${etag},"other"`],
    [` ${etag} `],
  ])('%j finds nothing modified', header => {
    expect(isNotModified({ 'if-none-match': header }, validators)).toBe(true)
  })

  it.each([
    ['"other"'],
    ['0123abcd'],
    ['"0123ABCD"'],
    ['"0123abc"'],
    [''],
    ['W/"other"'],
    ['"*"'],
    [`${etag}x`],
  ])('%j finds it modified', header => {
    expect(isNotModified({ 'if-none-match': header }, validators)).toBe(false)
  })

  it('decides alone, whatever If-Modified-Since says', () => {
    const since = { 'if-modified-since': httpDate(3600) }
    expect(isNotModified({ ...since, 'if-none-match': '"other"' }, validators)).toBe(false)
    expect(isNotModified({ 'if-modified-since': httpDate(-3600), 'if-none-match': etag }, validators)).toBe(
      true,
    )
  })
})

describe('If-Modified-Since', () => {
  it('compares whole seconds', () => {
    expect(isNotModified({ 'if-modified-since': httpDate(0) }, validators)).toBe(true)
    expect(isNotModified({ 'if-modified-since': httpDate(1) }, validators)).toBe(true)
    expect(isNotModified({ 'if-modified-since': httpDate(-1) }, validators)).toBe(false)
  })

  it.each([['yesterday'], [''], ['NaN']])('%j is ignored', header => {
    expect(isNotModified({ 'if-modified-since': header }, validators)).toBe(false)
  })

  it('and If-None-Match may both be absent', () => {
    expect(isNotModified({}, validators)).toBe(false)
  })
})

describe('If-Range', () => {
  it('wants the range of this very representation, by tag or by date', () => {
    expect(isRangeWanted({}, validators)).toBe(true)
    expect(isRangeWanted({ 'if-range': etag }, validators)).toBe(true)
    expect(isRangeWanted({ 'if-range': httpDate(0) }, validators)).toBe(true)
  })

  it.each([
    ['"other"'],
    [`W/${etag}`],
    [`${etag}, "other"`],
    ['*'],
    [''],
    ['0123abcd'],
    ['garbage'],
    [httpDate(1)],
    [httpDate(-1)],
  ])('%j wants the whole', header => {
    expect(isRangeWanted({ 'if-range': header }, validators)).toBe(false)
  })
})
