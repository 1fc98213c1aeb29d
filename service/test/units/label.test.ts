// The names of workspaces, projects and keys.
import { describe, expect, it } from 'vitest'
import { label } from '../../src/ground/label.ts'
import { refusedFields } from '../support/refused-fields.ts'

describe('A label', () => {
  it.each([
    ['Meadow', 'Meadow'],
    ['  two  words\n', 'two  words'],
    ['"/\\<b>%_', '"/\\<b>%_'],
    ['東京 🌿', '東京 🌿'],
    ['🌿'.repeat(200), '🌿'.repeat(200)],
    [` ${'x'.repeat(200)} `, 'x'.repeat(200)],
  ])('%j reads %j', (given, kept) => {
    expect(label('name', given)).toBe(kept)
  })

  it.each(['', ' \t\n', 'x'.repeat(201), '🌿'.repeat(201), 'a\0b', 'a\nb', 'a\u0085b', 'a\uD83Cb'])(
    '%j is refused on the field it was given in',
    given => {
      expect(refusedFields(() => label('name', given))).toEqual(['name'])
      expect(refusedFields(() => label('title', given))).toEqual(['title'])
    },
  )
})
