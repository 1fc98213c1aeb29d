// Cursors: a position in one listing, of use in that listing alone.
import { describe, expect, it } from 'vitest'
import { cursorFor, readCursor } from '../../src/http/cursors.ts'
import { ringOfMaster } from '../support/keys-of.ts'
import { refusedFields } from '../support/refused-fields.ts'

const key = ringOfMaster('a secret of this installation', 'cursors')
const listing = { route: 'assets', workspaceId: 'ws_garden', query: 'fern', status: undefined }
const cursor = cursorFor(key, listing, { items: [], next: [1_767_268_800_000, 42] }) ?? ''

const faultsOf = (text: string, under = key, where: Record<string, unknown> = listing) =>
  refusedFields(() => readCursor(under, where, text))

describe('A cursor', () => {
  it('leads to where the next page begins', () => {
    expect(readCursor(key, listing, cursor)).toEqual([1_767_268_800_000, 42])
    const one = cursorFor(key, listing, { items: [], next: [7] }) ?? ''
    expect(readCursor(key, listing, one)).toEqual([7])
  })

  it('is null after the last page, and none begins at the top', () => {
    expect(cursorFor(key, listing, { items: [1, 2] })).toBeNull()
    expect(readCursor(key, listing, undefined)).toBeUndefined()
  })

  it('stays the same in a listing that only leaves more unsaid', () => {
    expect(readCursor(key, { ...listing, folder: undefined }, cursor)).toEqual([1_767_268_800_000, 42])
  })

  it.each([
    { route: 'projects' },
    { workspaceId: 'ws_other' },
    { query: 'Fern' },
    { query: undefined },
    { status: 'ready' },
    { folder: '' },
  ])('is refused in a listing with %j', other => {
    expect(faultsOf(cursor, key, { ...listing, ...other })).toEqual(['cursor'])
  })

  it('is refused under another key', () => {
    expect(faultsOf(cursor, ringOfMaster('another secret', 'cursors'))).toEqual(['cursor'])
    expect(faultsOf(cursor, ringOfMaster('a secret of this installation', 'tickets'))).toEqual(['cursor'])
  })

  it('is refused when any one character is changed, lost or added', () => {
    for (let at = 0; at < cursor.length; at++) {
      const [before, after] = [cursor.slice(0, at), cursor.slice(at + 1)]
      const altered = [...'09Aa-_. '].filter(character => character !== cursor[at])
      for (const other of [...altered.map(character => before + character + after), before + after])
        expect(faultsOf(other), other).toEqual(['cursor'])
    }
    for (const other of [`${cursor}.`, `${cursor}=`, `0${cursor}`, `-${cursor}`, `${cursor}A`])
      expect(faultsOf(other), other).toEqual(['cursor'])
  })

  it.each([
    '',
    '.',
    '..',
    'x',
    '7',
    '-',
    '7.',
    '.x',
    'null',
    '[7]',
    '7.x',
    '1-2.y',
    'é.é',
    '9'.repeat(500),
    '1.\0',
  ])('is not %j', text => {
    expect(faultsOf(text)).toEqual(['cursor'])
  })
})
