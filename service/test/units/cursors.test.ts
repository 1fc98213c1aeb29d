// Cursors: a position in one listing, of use in that listing alone.
import { describe, expect, it } from 'vitest'
import { cursorFor, positionIn, readCursor } from '../../src/http/cursors.ts'
import { ringOfMaster } from '../support/keys-of.ts'

const key = ringOfMaster('a secret of this installation', 'cursors')
const listing = { route: 'assets', workspaceId: 'ws_garden', query: 'fern', status: undefined }
const cursor = cursorFor(key, listing, { items: [], next: [1_767_268_800_000, 42] }) ?? ''

const leadsTo = (text: string, under = key, where: Record<string, unknown> = listing) =>
  positionIn(under, where, text)

describe('A cursor', () => {
  it('leads to where the next page begins', () => {
    expect(positionIn(key, listing, cursor)).toEqual([1_767_268_800_000, 42])
    const one = cursorFor(key, listing, { items: [], next: [7] }) ?? ''
    expect(positionIn(key, listing, one)).toEqual([7])
  })

  it('is null after the last page, and none begins at the top', async () => {
    expect(cursorFor(key, listing, { items: [1, 2] })).toBeNull()
    expect(await readCursor(key, listing, undefined)).toBeUndefined()
  })

  it('that is refused is named as the field at fault', async () => {
    expect(await readCursor(key, listing, cursor)).toEqual([1_767_268_800_000, 42])
    await expect(readCursor(key, listing, `${cursor}A`)).rejects.toMatchObject({
      code: 'input_validation_error',
      fields: [{ field: 'cursor' }],
    })
  })

  it('stays the same in a listing that only leaves more unsaid', () => {
    expect(positionIn(key, { ...listing, folder: undefined }, cursor)).toEqual([1_767_268_800_000, 42])
  })

  it.each([
    { route: 'projects' },
    { workspaceId: 'ws_other' },
    { query: 'Fern' },
    { query: undefined },
    { status: 'ready' },
    { folder: '' },
  ])('is refused in a listing with %j', other => {
    expect(leadsTo(cursor, key, { ...listing, ...other })).toBeUndefined()
  })

  it('is refused under another key', () => {
    expect(leadsTo(cursor, ringOfMaster('another secret', 'cursors'))).toBeUndefined()
    expect(leadsTo(cursor, ringOfMaster('a secret of this installation', 'tickets'))).toBeUndefined()
  })

  it('is refused when any one character is changed, lost or added', () => {
    for (let at = 0; at < cursor.length; at++) {
      const [before, after] = [cursor.slice(0, at), cursor.slice(at + 1)]
      const altered = [...'09Aa-_. '].filter(character => character !== cursor[at])
      for (const other of [...altered.map(character => before + character + after), before + after])
        expect(leadsTo(other), other).toBeUndefined()
    }
    for (const other of [`${cursor}.`, `${cursor}=`, `0${cursor}`, `-${cursor}`, `${cursor}A`])
      expect(leadsTo(other), other).toBeUndefined()
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
    '7.x.y',
    '7..x',
    '1-2.y',
    'é.é',
    '9'.repeat(500),
    '1.\0',
  ])('is not %j', text => {
    expect(leadsTo(text)).toBeUndefined()
  })
})
