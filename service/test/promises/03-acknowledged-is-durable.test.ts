// Promise 3, acknowledged is durable: a real server is killed as soon as it has answered, and the next one knows.
// A kill says nothing of power: process/power shows that bytes, names and rows were synced before each answer,
// faults/ each step of each verb (and fetched URLs), process/kill the same under load.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openEngine } from '../../src/records/sqlite/engine.ts'
import { brokenPromises } from '../support/folder-facts.ts'
import { firstTenant, type ProcessTenant } from '../support/process-tenant.ts'
import type { AssetUpload, Reservation } from '../support/reserve.ts'
import { wavOf } from '../support/samples.ts'
import { type RunningProcess, startProcess, temporaryFolder } from '../support/start-process.ts'
import { offsetOf, sendPiece, tusPost } from '../support/tus.ts'
import { postFile, putFile } from '../support/uploads.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }) // processes take their time on a busy machine

const file = Buffer.from(wavOf(120_000, 1))

let dataDir: string
let server: RunningProcess
let tenant: ProcessTenant
beforeAll(async () => {
  dataDir = await temporaryFolder()
  await start()
})
afterAll(async () => {
  await server.close()
  expect(await brokenPromises(dataDir)).toEqual([])
  await rm(dataDir, { recursive: true, force: true })
})

async function start(): Promise<void> {
  server = await startProcess({ dataDir })
  tenant = await firstTenant(server)
}

/** Has the answer, kills the server, and starts another one on the same folder. */
async function thenKilled<T>(asking: PromiseLike<T>): Promise<T> {
  const answer = await asking
  await server.close()
  await start()
  return answer
}

/** Each start listens elsewhere: the same URL as it is now. */
const here = (url: string): string => server.origin + new URL(url).pathname
const reach = { fetch: (input: string | URL | Request, init?: RequestInit) => fetch(input, init) }

const reserve = async () =>
  (await tenant.client.assets.create({
    source: 'signed-url',
    workspace_id: tenant.workspaceId,
  })) as Reservation // a reservation's answer has them all
const placed = (to: Reservation): Reservation => ({
  ...to,
  upload_url: here(to.upload_url),
  upload: { ...to.upload, url: here(to.upload.url) },
})
const statusOf = async (id: string) => (await tenant.client.assets.retrieve(id)).status

async function expectServed(url: string, bytes: Buffer): Promise<void> {
  const served = await fetch(here(url))
  expect(served.status).toBe(200)
  expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true)
}

test('an asset goes its whole way with a kill after every answer, and nothing that was answered is lost', async () => {
  const reservation = await thenKilled(reserve())
  expect(await statusOf(reservation.asset_id)).toBe('pending_upload')

  const length = { 'upload-length': String(file.length) }
  const created = await thenKilled(tusPost(reach, here(reservation.upload_url), length))
  expect(created.status).toBe(201)
  expect(await offsetOf(reach, here(reservation.upload_url))).toBe(0)

  const half = await thenKilled(sendPiece(reach, placed(reservation), { file, from: 0, end: 50_000 }))
  expect(half.headers.get('upload-offset')).toBe('50000')
  expect(await offsetOf(reach, here(reservation.upload_url))).toBe(50_000)

  expect((await thenKilled(sendPiece(reach, placed(reservation), { file, from: 50_000 }))).status).toBe(204)
  expect(await offsetOf(reach, here(reservation.upload_url))).toBe(file.length)

  const ready = await thenKilled(tenant.client.assets.complete(reservation.asset_id))
  expect(ready.status).toBe('ready')
  expect(await statusOf(reservation.asset_id)).toBe('ready')
  await expectServed(reservation.url, file)

  const node = await thenKilled(
    tenant.client.projects.assets.attachAsset(reservation.asset_id, { projectId: tenant.projectId }),
  )
  const { nodes } = await tenant.client.projects.listNodes(tenant.projectId)
  expect(nodes).toMatchObject([{ node_id: node.node_id, asset_id: reservation.asset_id }])

  const remove = () =>
    fetch(`${server.origin}/api/v1/assets/${reservation.asset_id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${tenant.apiKey}` },
    })
  expect((await thenKilled(remove())).status).toBe(204)
  expect((await remove()).status).toBe(404)
  expect((await fetch(here(reservation.url))).status).toBe(404)
  expect((await tenant.client.assets.list()).assets).toEqual([])
})

test.each([
  ['form', postFile],
  ['PUT', putFile],
])('bytes sent by %s are there after a kill, and only need completing', async (_, send) => {
  const reservation = await reserve()
  expect((await thenKilled(send(reach, reservation, file))).status).toBe(204)
  expect((await tenant.client.assets.complete(reservation.asset_id)).status).toBe('ready')
  await expectServed(reservation.url, file)
})

test('a direct upload, a retry and a new project are there after a kill', async () => {
  const form = new FormData()
  form.append('workspace_id', tenant.workspaceId)
  form.append('file', new Blob([file]))
  const headers = { authorization: `Bearer ${tenant.apiKey}` }
  const sent = () => fetch(`${server.origin}/api/v1/assets`, { method: 'POST', headers, body: form })
  const direct = await thenKilled(sent().then(async answer => (await answer.json()) as AssetUpload))
  expect(await statusOf(direct.asset_id)).toBe('ready')
  await expectServed(direct.url, file)

  const old = await reserve()
  const next = (await thenKilled(tenant.client.assets.retry(old.asset_id))) as Reservation
  expect((await putFile(reach, placed(old), file)).status).toBe(403)
  expect((await putFile(reach, placed(next), file)).status).toBe(204)

  const wanted = { name: 'kept', workspace_id: tenant.workspaceId }
  const project = await thenKilled(tenant.client.projects.create(wanted))
  expect(await tenant.client.projects.retrieve(project.project_id)).toMatchObject({ name: 'kept' })
})

test('every commit is synced: the rows are opened with a write-ahead log and synchronous=FULL', async () => {
  const engine = openEngine(path.join(dataDir, 'herbarium.db'))
  try {
    expect(engine.all('pragma synchronous', [])).toEqual([{ synchronous: 2 }])
    expect(engine.all('pragma journal_mode', [])).toEqual([{ journal_mode: 'wal' }])
  } finally {
    engine.close()
  }
})
