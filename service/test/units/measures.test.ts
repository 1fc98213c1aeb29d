// Lengths of time and sizes as people type them.
import { expect, test } from 'vitest'
import { readDuration, readSize, readSizeOrNone } from '../../src/commands/measures.ts'

test.each([
  ['90d', 90 * 86_400_000],
  ['24h', 86_400_000],
  ['15m', 900_000],
  ['30s', 30_000],
  ['0s', 0],
])('%s is %i milliseconds', (text, ms) => {
  expect(readDuration(text)).toBe(ms)
})

test.each(['', '90', 'd', '-1d', '1.5h', '1 d', '1w', '1D', '9999999999s'])(
  '"%s" is no length of time',
  text => {
    expect(() => readDuration(text)).toThrow('a whole number and a unit')
  },
)

test.each([
  ['50000000000', 50_000_000_000],
  ['0', 0],
  ['10GB', 10_000_000_000],
  ['10 gb', 10_000_000_000],
  ['1.5MB', 1_500_000],
  ['2TB', 2_000_000_000_000],
  ['7kB', 7000],
  ['12B', 12],
])('%s is %i bytes', (text, bytes) => {
  expect(readSize(text)).toBe(bytes)
})

test.each(['', 'GB', '-1', '1e9', '10GiB', '1,5MB', '999999999999999TB', 'none'])('"%s" is no size', text => {
  expect(() => readSize(text)).toThrow('a number of bytes')
})

test('none is no bound', () => {
  expect(readSizeOrNone('none')).toBe('none')
  expect(readSizeOrNone('1kB')).toBe(1000)
})
