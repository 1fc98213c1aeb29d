// The operator's command on an installation whose rows are in PostgreSQL.
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { type NewDatabase, newDatabase } from '../support/new-database.ts'
import { linesOf, runHerbarium } from '../support/run-herbarium.ts'
import { runJson } from '../support/run-json.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { stored } from '../support/uploads.ts'

vi.setConfig({ testTimeout: 60_000 })

let herbarium: RunningService
let database: NewDatabase
const environment = () => herbarium.environment
beforeAll(async () => {
  herbarium = await startService()
  database = await newDatabase(inject('postgresUrl'))
})
afterAll(async () => {
  await herbarium.close()
  await database.drop()
})

const checksOf = async (variables: Record<string, string>) => {
  const { stdout } = await runHerbarium(['doctor', '--json'], { ...environment(), ...variables })
  const { checks } = JSON.parse(stdout)
  return checks as { name: string; status: string; detail: string }[] // the command's own JSON
}

test('doctor finds nothing to complain of, and nothing in the data folder that should be elsewhere', async () => {
  await stored(herbarium)
  const { checks } = await runJson(['doctor'], environment())
  expect(checks.filter(({ status }: { status: string }) => status !== 'ok')).toEqual([])
  expect(checks.map(({ name }: { name: string }) => name)).toContain('schema')
  expect((await readdir(herbarium.dataDir)).sort()).toEqual(['blobs'])
})

test('doctor says that a database cannot be reached, and that there are no tables yet', async () => {
  const url = new URL(environment().DATABASE_URL ?? '')
  const away = await checksOf({
    DATABASE_URL: Object.assign(new URL(url), { port: String(await freePort()) }).href,
  })
  const [unreachable] = away.filter(({ name }) => name === 'database')
  expect(unreachable).toMatchObject({ status: 'fail', detail: expect.stringContaining('ECONNREFUSED') })
  expect(unreachable?.detail).not.toMatch(/restore/i)
  expect(await checksOf({ DATABASE_URL: database.url })).toContainEqual(
    expect.objectContaining({ name: 'database', status: 'warn' }),
  )
  expect(await database.query(`select to_regclass('workspaces') as made`)).toEqual([{ made: null }])
})

test('verify and repair work on its rows', async () => {
  const { checked, damaged } = await runJson(['verify'], environment())
  expect({ checked, damaged }).toEqual({ checked: 1, damaged: [] })
  expect(await runJson(['repair'], environment())).toMatchObject({ removable: [] })
})

test('backup and restore say what to do instead, and leave nothing', async () => {
  for (const command of ['backup', 'restore']) {
    const folder = `${herbarium.dataDir}-copy`
    const { code, stderr } = await runHerbarium([command, folder], environment())
    expect(code).toBe(1)
    expect(linesOf(stderr)).toEqual([expect.stringMatching(/^herbarium: .+PostgreSQL.+pg_dump.+blobs/)])
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  }
})

test('a server whose database is not there ends with one line that has no password in it', async () => {
  const url = new URL(environment().DATABASE_URL ?? '')
  const DATABASE_URL = Object.assign(new URL(url), { port: String(await freePort()) }).href
  const { code, stdout, stderr } = await runHerbarium(['serve'], {
    ...environment(),
    PORT: '0',
    DATABASE_URL,
  })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(linesOf(stderr)).toEqual([expect.stringMatching(/^herbarium: .+DATABASE_URL.+ECONNREFUSED/)])
  for (const password of [url.password, decodeURIComponent(url.password)])
    expect(stderr).not.toContain(password)
})
