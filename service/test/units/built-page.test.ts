// The built page: found or missed where it is looked for, and answered in the smallest form a client takes.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodedFor, indexBelow, readBuiltPage } from '../../src/http/pages/built-page.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-page-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a folder without an index is a page that was not built', async () => {
  expect(await readBuiltPage(folder)).toBeUndefined()
  expect(await readBuiltPage(path.join(folder, 'nowhere'))).toBeUndefined()
})

test('a file comes with its compressed forms, which are no files of their own', async () => {
  await mkdir(path.join(folder, 'page'))
  await writeFile(path.join(folder, 'index.html'), '<!doctype html>')
  for (const name of ['a.js', 'a.js.br', 'a.js.gz', 'b.css', 'notes.txt'])
    await writeFile(path.join(folder, 'page', name), name)
  const built = await readBuiltPage(folder)
  expect([...(built?.files.keys() ?? [])].sort()).toEqual(['a.js', 'b.css'])
  expect(built?.files.get('a.js')?.br?.toString()).toBe('a.js.br')
  expect(built?.files.get('a.js')?.gzip?.toString()).toBe('a.js.gz')
  expect(built?.files.get('b.css')).toMatchObject({ br: undefined, gzip: undefined })
})

const file = {
  type: 'text/css',
  plain: Buffer.from('plain'),
  br: Buffer.from('br'),
  gzip: Buffer.from('gzip'),
}

test.each([
  [undefined, 'plain'],
  ['', 'plain'],
  ['identity', 'plain'],
  ['gzip, deflate, br', 'br'],
  ['GZIP', 'gzip'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['br; q=0.0, gzip ;q=0', 'plain'],
  ['brotli, xgzip', 'plain'],
])('Accept-Encoding %j is answered by %s', (accepted, expected) => {
  const { encoding, bytes } = encodedFor(file, accepted)
  expect(bytes.toString()).toBe(expected)
  expect(encoding ?? 'plain').toBe(expected)
})

test('what has no compressed form is answered as it is', () => {
  const plain = { ...file, br: undefined, gzip: undefined }
  expect(encodedFor(plain, 'br, gzip')).toEqual({ encoding: undefined, bytes: file.plain })
})

test('below another path the index asks there for its files, and tells its script', () => {
  const index = '<html data-root=""><link href="/page/a.css"><script src="/page/a.js"></script>'
  expect(indexBelow(index, '')).toBe(index)
  expect(indexBelow(index, '/media')).toBe(
    '<html data-root="/media"><link href="/media/page/a.css"><script src="/media/page/a.js"></script>',
  )
})
