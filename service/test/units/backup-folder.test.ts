// A backup's folder while one backup takes the place of another.
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBackupFolder, openReadableBackup } from '../../src/blobs/disk/backup-folder.ts'

let place: string
const copy = () => path.join(place, 'copy')
const at = (name: string) => path.join(copy(), name)
const secret = () => path.join(place, 'secret.key')
beforeEach(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'herbarium-copies-'))
  await mkdir(copy())
})
afterEach(() => rm(place, { recursive: true }))

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const note = { format: 1, program: 'test', created_at: '', assets: 0, bytes: 0, received: 0 } as const

async function install(rows: string, key: string): Promise<void> {
  await writeFile(secret(), key)
  const folder = await openBackupFolder(copy(), secret())
  await writeFile(folder.draft, rows)
  await folder.install(note)
}

test('an installed backup is told by the hashes of its own files alone', async () => {
  await install('rows 1', 'key 1')
  await install('rows 2', 'key 2')
  expect((await openReadableBackup(copy())).note).toEqual({
    ...note,
    files: { 'herbarium.db': [hashOf('rows 2')], 'secret.key': [hashOf('key 2')] },
  })
  expect((await readdir(copy())).sort()).toEqual(['backup.json', 'blobs', 'herbarium.db', 'secret.key'])
  expect(await readFile(at('herbarium.db'), 'utf8')).toBe('rows 2')
})

test('one that fails when its rows are to take their place leaves a note that knows the old rows and the new', async () => {
  await install('rows 1', 'key 1')
  await writeFile(secret(), 'key 2')
  const folder = await openBackupFolder(copy(), secret())
  await writeFile(folder.draft, 'rows 2')
  await rename(at('herbarium.db'), at('aside'))
  await mkdir(at('herbarium.db'))
  await expect(folder.install(note)).rejects.toMatchObject({ code: 'service_unavailable' })
  expect((await openReadableBackup(copy())).note.files).toEqual({
    'herbarium.db': [hashOf('rows 1'), hashOf('rows 2')],
    'secret.key': [hashOf('key 1'), hashOf('key 2')],
  })
  await rmdir(at('herbarium.db'))
  await rename(at('aside'), at('herbarium.db'))
  await install('rows 3', 'key 3')
  expect((await openReadableBackup(copy())).note.files['herbarium.db']).toEqual([hashOf('rows 3')])
})

test('a note of another format, or that is none, is no backup', async () => {
  await install('rows', 'key')
  const text = await readFile(at('backup.json'), 'utf8')
  for (const spoilt of [text.replace('"format": 1', '"format": 2'), text.slice(0, -20), '[]', 'null']) {
    await writeFile(at('backup.json'), spoilt)
    await expect(openReadableBackup(copy())).rejects.toThrow(/is not the note of a backup/)
    await expect(openBackupFolder(copy(), undefined)).rejects.toThrow(/is not the note of a backup/)
  }
})
