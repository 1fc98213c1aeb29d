// The installation's secret: from the environment, else from a file that is made once.
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSettings } from '../../src/config/config.ts'
import { loadSecretKeys } from '../../src/config/secret-key.ts'

let folder = ''
const file = () => path.join(folder, 'secret.key')
const loadAll = (environment: Record<string, string> = {}) =>
  loadSecretKeys(readSettings({ DATA_DIR: folder, ...environment }).config)
const load = async (environment: Record<string, string> = {}) => (await loadAll(environment))[0]

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-secret-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('A secret from the environment is the one, and makes no file', async () => {
  const secret = 'x'.repeat(40)
  expect(await load({ SECRET_KEY: secret })).toBe(secret)
  expect(await readdir(folder)).toEqual([])
})

test('A secret that nobody gave is made once, for its owner alone', async () => {
  const made = await load()
  expect(made).toMatch(/^[0-9a-f]{64}$/)
  expect(await load()).toBe(made)
  expect((await readFile(file(), 'utf8')).trim()).toBe(made)
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  expect(await readdir(folder)).toEqual(['secret.key'])
})

test('All who start at about the same time have one secret, and leave no drafts', async () => {
  for (let round = 0; round < 3; round++) {
    await rm(file(), { force: true })
    const secrets = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        await delay(n / 2)
        return load()
      }),
    )
    expect(new Set(secrets).size).toBe(1)
    expect(await readdir(folder)).toEqual(['secret.key'])
  }
})

test('Two installations have two secrets', async () => {
  const first = await load()
  await rm(file())
  expect(await load()).not.toBe(first)
})

test('A secret that an operator wrote is read without the blanks around it', async () => {
  await writeFile(file(), `  ${'s'.repeat(40)} \n`)
  expect(await load()).toBe('s'.repeat(40))
})

test('Several secrets are a line each in the file and have commas between in the environment, the current one first', async () => {
  const [fresh, old] = ['f'.repeat(40), 'o'.repeat(40)]
  await writeFile(file(), `${fresh}\n  ${old}\r\n\n`)
  expect(await loadAll()).toEqual([fresh, old])
  expect(await loadAll({ SECRET_KEY: `${old}, ${fresh}` })).toEqual([old, fresh])
  expect(await loadAll({ SECRET_KEY: `${old},${old}` })).toEqual([old])
})

test('A file that holds no secret is refused, and kept for whoever mends it', async () => {
  for (const content of ['', '\n', 'short', `${'s'.repeat(40)}\nshort`]) {
    await writeFile(file(), content)
    await expect(load()).rejects.toThrow('secret.key')
    expect(await readFile(file(), 'utf8')).toBe(content)
  }
})

test('A place that is no file is refused rather than replaced', async () => {
  await rm(folder, { recursive: true })
  await expect(load()).rejects.toThrow('ENOENT')
  await writeFile(folder, '')
  await chmod(folder, 0o600)
  await expect(load()).rejects.toThrow('ENOTDIR')
})
