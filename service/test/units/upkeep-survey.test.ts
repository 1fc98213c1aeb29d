// What is worth a word about the place an installation lives in.
import { expect, test } from 'vitest'
import { type FolderFacts, placeChecks, type Survey } from '../../src/upkeep/survey.ts'

const GIB = 1024 ** 3
const folder: FolderFacts = {
  path: '/data',
  isThere: true,
  isWritable: true,
  isOwn: true,
  isOpenToOthers: false,
}
const secret = { path: '/data/secret.key', isThere: true, isOpenToOthers: false, fault: undefined }
const fine: Survey = {
  holdsBytes: true,
  isThere: true,
  folders: [folder],
  linkFault: undefined,
  fileClockAheadMs: 0,
  freeBytes: 50 * GIB,
  totalBytes: 100 * GIB,
  secretFile: secret,
}

const notable = (over: Partial<Survey>) =>
  placeChecks({ ...fine, ...over })
    .filter(({ status }) => status !== 'ok')
    .map(({ name, status }) => `${status} ${name}`)

test('nothing, where all is well', () => {
  expect(notable({})).toEqual([])
  expect(notable({ secretFile: undefined })).toEqual([])
  expect(notable({ secretFile: { ...secret, isThere: false } })).toEqual([])
})

test.each<[string, Partial<Survey>, string]>([
  ['a folder that is missing', { folders: [{ ...folder, isThere: false }] }, 'fail folders'],
  ['a folder that cannot be written', { folders: [{ ...folder, isWritable: false }] }, 'fail folders'],
  ['a folder of another user', { folders: [{ ...folder, isOwn: false }] }, 'warn folders'],
  ['a folder that others can enter', { folders: [{ ...folder, isOpenToOthers: true }] }, 'warn folders'],
  ['folders on two file systems', { linkFault: 'EXDEV' }, 'fail file_system'],
  ['a file clock ahead', { fileClockAheadMs: 3_000 }, 'warn file_clock'],
  ['a file clock behind', { fileClockAheadMs: -3_000 }, 'warn file_clock'],
  ['a file clock that is unknown', { fileClockAheadMs: undefined }, 'warn file_clock'],
  ['a disk that is nearly full', { freeBytes: GIB / 2 }, 'warn disk_space'],
  ['a large disk that is nearly full', { freeBytes: 4 * GIB }, 'warn disk_space'],
  ['a disk that is full', { freeBytes: 1024 }, 'fail disk_space'],
  ['a secret that others can read', { secretFile: { ...secret, isOpenToOthers: true } }, 'fail secret_key'],
  ['a secret that is none', { secretFile: { ...secret, fault: 'too short' } }, 'fail secret_key'],
  ['no folder at all', { isThere: false }, 'fail folders'],
])('%s', (_, over, said) => {
  expect(notable(over)).toEqual([said])
})
