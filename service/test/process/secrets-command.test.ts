// `herbarium secrets`, beside a server that runs.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { firstTenant, type ProcessTenant } from '../support/process-tenant.ts'
import { runHerbarium } from '../support/run-herbarium.ts'
import { runJson } from '../support/run-json.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningProcess, startProcess } from '../support/start-process.ts'

vi.setConfig({ testTimeout: 60_000 }) // processes take their time on a busy machine

const PURPOSES = ['tickets', 'upload_tokens', 'cursors', 'media']
const NEXT = 'n'.repeat(64)

let server: RunningProcess
let tenant: ProcessTenant
const environment = () => ({ DATA_DIR: server.dataDir })
const secretFile = () => path.join(server.dataDir, 'secret.key')
beforeAll(async () => {
  server = await startProcess()
  tenant = await firstTenant(server)
})
afterAll(() => server.close())

test('keys are listed as derived, rotated, and listed with their ends; what was given out before stays good', async () => {
  const { upload_url = '', asset_id } = await tenant.client.assets.create({
    source: 'signed-url',
    workspace_id: tenant.workspaceId,
  })
  const before = await runJson(['secrets', 'list'], environment())
  expect(before.keys).toMatchObject(PURPOSES.map(purpose => ({ purpose, state: 'signs', created_at: null })))
  expect(before.masters).toEqual([{ position: 1, seals: 0, verifies_until: null, is_needed: true }])

  const rotated = await runJson(['secrets', 'rotate'], environment())
  expect(rotated.keys.map(({ purpose }: { purpose: string }) => purpose)).toEqual(PURPOSES)
  expect(rotated).toMatchObject({ resealed: 0, lost_webhooks: [] })
  const NINE_DAYS_MS = 9 * 24 * 3_600_000
  expect(rotated.earlier_verify_until - rotated.sign_from).toBe(NINE_DAYS_MS)

  const after = await runJson(['secrets', 'list'], environment())
  expect(after.keys).toMatchObject(
    PURPOSES.flatMap(purpose => [
      { purpose, state: 'signs_soon', signs_from: rotated.sign_from, verifies_until: null },
      { purpose, state: 'signs', created_at: null, verifies_until: rotated.earlier_verify_until },
    ]),
  )
  expect(after.masters).toMatchObject([{ seals: 4, verifies_until: rotated.earlier_verify_until }])
  const sent = await fetch(upload_url, { method: 'PUT', body: new Uint8Array(await sampleBytes('i.png')) })
  expect(sent.status).toBe(204)
  expect(await tenant.client.assets.complete(asset_id)).toMatchObject({ status: 'ready' })
})

test('a secret that is replaced is said to be needed until all is sealed anew, and never shown', async () => {
  const old = (await readFile(secretFile(), 'utf8')).trim()
  await writeFile(secretFile(), `${NEXT}\n${old}\n`)
  const said: string[] = []
  const say = async (...args: string[]) => {
    const { code, stdout, stderr } = await runHerbarium(['secrets', ...args], environment())
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    said.push(stdout)
    return stdout
  }
  expect(await say('list')).toContain(
    `Secret 2 of ${secretFile()} seals 4 texts: "herbarium secrets rotate" seals them under the first.`,
  )
  expect(await say('rotate')).toContain('4 texts were sealed anew.')
  expect(await say('list')).toMatch(
    /Secret 2 of \S+ seals nothing and verifies until .+ UTC: it can be removed then\./,
  )
  expect(await say('rotate', '--now')).toContain('Earlier ones verify no more')
  const list = await say('list')
  expect(list).toContain(`Secret 2 of ${secretFile()} seals nothing and verifies nothing: it can be removed.`)
  expect(list.match(/ signs$/gm)).toHaveLength(4)
  expect(said.join()).not.toContain(old)
  expect(said.join()).not.toContain(NEXT)
})

test('a secret that lacks a key in use is refused in one line, and --now goes on without it', async () => {
  await runJson(['secrets', 'rotate'], environment())
  await writeFile(secretFile(), `${'x'.repeat(64)}\n`)
  const refused = await runHerbarium(['secrets', 'rotate'], environment())
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/^herbarium: No secret of SECRET_KEY opens the signing key [0-9a-f]{8}.+\n$/)
  await runJson(['secrets', 'rotate', '--now'], environment())
  await runJson(['secrets', 'rotate'], environment())
})
