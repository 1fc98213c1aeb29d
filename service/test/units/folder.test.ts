// Folders: labels with slashes, brought into one form.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { folder } from '../../src/assets/folder.ts'
import { anyCharacter } from '../support/any-character.ts'
import { refusedFields } from '../support/refused-fields.ts'

const levels = (count: number, name = 'a') => Array.from({ length: count }, () => name).join('/')

describe('A folder', () => {
  it.each([
    ['', ''],
    ['/', ''],
    ['///', ''],
    [' / / ', ''],
    ['api-uploads', 'api-uploads'],
    ['/a//b/', 'a/b'],
    [' a / b c /d ', 'a/b c/d'],
    ['a/.../b', 'a/.../b'],
    ['.hidden/..x', '.hidden/..x'],
    ['~/$HOME/%2e%2e', '~/$HOME/%2e%2e'],
    ['e\u0301te\u0301/東京/🌿', '\u00E9t\u00E9/東京/🌿'],
    [levels(10), levels(10)],
    [`//${levels(10)}//`, levels(10)],
    ['x'.repeat(512), 'x'.repeat(512)],
    ['🌿'.repeat(512), '🌿'.repeat(512)],
    [` ${'x'.repeat(512)} `, 'x'.repeat(512)],
  ])('%j is filed as %j', (given, filed) => {
    expect(folder(given)).toBe(filed)
  })

  it.each([
    '.',
    '..',
    '../etc',
    'a/../b',
    'a/ .. /b',
    'a/./b',
    '/..',
    'a\\b',
    '..\\x',
    'a\0b',
    'a\nb',
    'a\u0085b',
    'a\uD83C',
    levels(11),
    'x'.repeat(513),
    levels(5, 'x'.repeat(103)),
  ])('%j is refused on its field', given => {
    expect(refusedFields(() => folder(given))).toEqual(['folder'])
  })

  it('that was filed is filed the same again', () => {
    const level = fc.string({
      unit: fc.oneof(fc.constantFrom(' ', '.', 'a', '\u0301', 'é'), anyCharacter),
    })
    fc.assert(
      fc.property(fc.array(level, { maxLength: 6 }), parts => {
        const given = parts.join('/')
        if (refusedFields(() => folder(given)).length > 0) return
        const filed = folder(given)
        expect(folder(filed)).toBe(filed)
        expect(folder(`/${filed}/`)).toBe(filed)
      }),
      { numRuns: 1000 },
    )
  })
})
