// Folding: names that differ in case alone are one.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fold } from '../../src/records/fold.ts'

test.each([
  ['FERN.PNG', 'fern.png'],
  ['ÉTÉ', 'e\u0301te\u0301'],
  ['STRASSE', 'straße'],
  ['ẞ', 'ß'],
  ['ΟΔΟΣ', 'οδος'],
  ['ΟΔΟΣ', 'οδοσ'],
  ['ЖАР', 'жар'],
  ['J\u030C', 'ǰ'],
  ['Ǆ', 'ǅ'],
  ['ﬁ', 'FI'],
  ['İ', 'i\u0307'],
])('%j and %j are folded alike', (one, other) => {
  expect(fold(one)).toBe(fold(other))
})

test.each([
  ['e', 'é'],
  ['o', '0'],
  ['a', 'а'],
  ['a b', 'ab'],
  ['%', '_'],
])('%j and %j stay two', (one, other) => {
  expect(fold(one)).not.toBe(fold(other))
})

test('What was folded folds to itself, and so does any name in capitals', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), text => {
      expect(fold(fold(text))).toBe(fold(text))
      expect(fold(text.toUpperCase())).toBe(fold(text))
    }),
    { numRuns: 2000 },
  )
})
