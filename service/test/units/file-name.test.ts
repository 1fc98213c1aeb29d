// File names: what could mislead or harm is refused on `file_name`, everything else is kept.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileName } from '../../src/assets/file-name.ts'
import { anyCharacter } from '../support/any-character.ts'
import { refusedFields } from '../support/refused-fields.ts'

const hostile = [
  '',
  ' ',
  '\u3000',
  '.',
  '..',
  '/',
  '../../etc/passwd',
  '..\\..\\boot.ini',
  '/etc/passwd',
  'C:\\fern.png',
  'a/b.png',
  'a\\b.png',
  'fern.png/',
  'fern\0.png',
  '\0',
  'fern.png\r\nSet-Cookie: a=b',
  'fern\n.png',
  'fern\t.png',
  'fern\u007F.png',
  'fern\u0085.png',
  'fern\u009F.png',
  'fern\u202Egnp.exe',
  'fern\u202A',
  'fern\u2066x\u2069',
  '\u200Ffern',
  'fern\u200E',
  'fern\u061C',
  'fern\uD83C.png',
  '\uDF3F',
  '\uDF3F\uD83C',
  'x'.repeat(256),
  'é'.repeat(128),
  '🌿'.repeat(64),
]

const harmless = [
  'fern.png',
  '.hidden',
  '...',
  'no extension',
  ' leading and trailing ',
  'CON',
  'NUL.png',
  '100%_sure?.png',
  'a*b:c|d<e>f"g\'h`i;j&k$l.png',
  '%2e%2e%2f.png',
  '--help',
  '~',
  '東京タワー.jpeg',
  'Жар-птица.png',
  'صورة.png',
  'תמונה.png',
  'ภาพ.png',
  '🌿.png',
  '👩🏽‍🌾.png',
  '🏴󠁧󠁢󠁳󠁣󠁴󠁿.png',
  '❤️.png',
  'zero\u200Bwidth.png',
  'non\u00A0breaking.png',
  'line\u2028separator.png',
  'x'.repeat(255),
  `${'é'.repeat(127)}x`,
  `${'🌿'.repeat(63)}xyz`,
]

describe('A file name', () => {
  it.each(hostile)('%j is refused on its field', name => {
    expect(refusedFields(() => fileName(name))).toEqual(['file_name'])
  })

  it.each(harmless)('%j is kept as it is', name => {
    expect(fileName(name)).toBe(name)
  })

  it('in pieces and in one is the same', () => {
    expect(fileName('e\u0301te\u0301.png')).toBe('\u00E9t\u00E9.png')
    expect(fileName('\u1112\u1161\u11AB')).toBe('\uD55C')
    expect(fileName('\u212B.png')).toBe('\u00C5.png')
  })

  it('is measured as it is kept, in UTF-8', () => {
    const inPieces = 'e\u0301'.repeat(127)
    expect(Buffer.byteLength(inPieces)).toBeGreaterThan(255)
    expect(fileName(inPieces)).toBe('\u00E9'.repeat(127))
  })

  it('that was kept is kept again, and holds nothing that was refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, minLength: 1, maxLength: 40 }), text => {
        if (refusedFields(() => fileName(text)).length > 0) return
        const kept = fileName(text)
        expect(fileName(kept)).toBe(kept)
        expect(kept.isWellFormed()).toBe(true)
        expect(kept).not.toMatch(/[/\\\p{Cc}]/u)
      }),
      { numRuns: 1000 },
    )
  })
})
