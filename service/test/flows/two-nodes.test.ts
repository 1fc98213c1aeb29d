// Two services over the same rows and bytes, asked by turns: what one has done, the other knows at once.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKey } from '../../src/keys/create.ts'
import { revokeKey } from '../../src/keys/revoke.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { isReplay, newKey, send } from '../support/replays.ts'
import { type AssetUpload, type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { createTestClock } from '../support/test-clock.ts'
import { begun, offsetOf, sendPiece } from '../support/tus.ts'
import { type Node, startTwoNodes, type TwoNodes } from '../support/two-nodes.ts'
import { completed, postFile, putFile, retried, stored } from '../support/uploads.ts'

const HOUR_MS = 3_600_000

const clock = createTestClock()
let nodes: TwoNodes
let a: Node
let b: Node
let png: Buffer
beforeAll(async () => {
  nodes = await startTwoNodes({ world: { clock } })
  ;({ a, b } = nodes)
  png = await sampleBytes('i.png')
})
afterAll(() => nodes.close())

const servedBy = async (node: Node, url: string) => Buffer.from(await (await node.fetch(url)).arrayBuffer())

test('a reservation of one is filled through the other, completed by the first and served by both', async () => {
  const reservation = await reserve(a)
  expect((await postFile(b, reservation, png)).status).toBe(204)
  const { status, url } = await completed(a, reservation.asset_id)
  expect(status).toBe('ready')
  for (const node of [b, a]) expect(png.equals(await servedBy(node, url))).toBe(true)
})

test('bytes that one has received are completed by the other', async () => {
  const reservation = await reserve(b)
  expect((await putFile(a, reservation, png)).status).toBe(204)
  expect(await completed(b, reservation.asset_id)).toMatchObject({ status: 'ready' })
  expect(await completed(a, reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('a key made at one opens the other, and revoked at one is refused by the other with the next request', async () => {
  const { records, world } = a.service
  const { workspaceId } = a
  const { key, secret } = await createKey({ keys: records.keys, ...world }, { workspaceId, name: 'brief' })
  const ask = (node: Node) =>
    node.fetch(`${node.origin}/api/v1/assets`, { headers: { authorization: `Bearer ${secret}` } })
  expect((await ask(b)).status).toBe(200)
  await revokeKey({ keys: records.keys, clock: world.clock }, key.id)
  expect(await refusalIn(await ask(b))).toMatchObject({ status: 401, code: 'invalid_api_key' })
})

test('a ticket that a retry at one has ended is dead at the other; the new one opens both', async () => {
  const old = await reserve(a)
  const fresh = await retried(b, old.asset_id)
  expect(await refusalIn(await putFile(a, old, png))).toMatchObject({ status: 403 })
  expect((await putFile(a, fresh, png)).status).toBe(204)
  expect((await completed(b, old.asset_id)).status).toBe('ready')
  expect(png.equals(await servedBy(b, old.url))).toBe(true)
})

test('a cursor of one goes on at the other, over assets that both have made', async () => {
  const tenant = await nodes.first.newTenant()
  const ids: string[] = []
  const atB = { ...tenant, call: (path: string, init?: RequestInit) => callAt(b, tenant.apiKey, path, init) }
  for (let n = 0; n < 4; n++) ids.unshift((await reserve(n % 2 ? tenant : atB)).asset_id)
  const pageOf = async (response: Response) =>
    (await response.json()) as { assets: AssetUpload[]; meta: { next_cursor: string | null } }
  const first = await pageOf(await tenant.call('/assets?limit=2'))
  const rest = await pageOf(await atB.call(`/assets?cursor=${first.meta.next_cursor}`))
  expect([...first.assets, ...rest.assets].map(({ asset_id }) => asset_id)).toEqual(ids)
})

const callAt = (node: Node, apiKey: string, path: string, init: RequestInit = {}): Promise<Response> => {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${apiKey}`)
  return node.fetch(`${node.origin}/api/v1${path}`, { ...init, headers })
}

test('twenty of the same request, ten at each, make one asset and have one answer', async () => {
  const key = newKey()
  const body = { source: 'signed-url', workspace_id: a.workspaceId, file_name: key }
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => send(n % 2 ? a : b, '/assets', { key, body })),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201))
  expect(answers.filter(isReplay)).toHaveLength(19)
  const made = await Promise.all(answers.map(async answer => (await answer.json()) as Reservation))
  expect(new Set(made.map(({ asset_id }) => asset_id)).size).toBe(1)
  const { assets } = await a.client.assets.list({ query: key })
  expect(assets).toHaveLength(1)
})

test('an idempotency key that one has answered is refused by the other with another body', async () => {
  const key = newKey()
  const body = { source: 'signed-url', workspace_id: a.workspaceId }
  await send(a, '/assets', { key, body })
  const other = await send(b, '/assets', { key, body: { ...body, file_name: 'other.png' } })
  expect(await refusalIn(other)).toMatchObject({ code: 'idempotency_conflict' })
})

test('an upload goes on at whichever node a request comes to, and is hashed as a whole', async () => {
  const file = wavOf(300_000, 1)
  const reservation = await begun(nodes.first, file.length)
  const cuts = [0, 70_000, 150_000, 230_000, file.length]
  for (const [n, from] of cuts.slice(0, -1).entries()) {
    const [node, other] = n % 2 ? [b, a] : [a, b]
    const end = cuts[n + 1] ?? file.length
    expect((await sendPiece(node, reservation, { file, from, end })).status).toBe(204)
    if (end < file.length) expect(await offsetOf(other, reservation.upload_url)).toBe(end)
  }
  const { status, url } = await completed(a, reservation.asset_id)
  expect(status).toBe('ready')
  expect(file.equals(await servedBy(b, url))).toBe(true)
})

test('what is deleted at one is gone at the other, its bytes too', async () => {
  const { asset_id, url } = await stored(a)
  expect((await b.call(`/assets/${asset_id}`, { method: 'DELETE' })).status).toBe(204)
  expect((await a.call(`/assets/${asset_id}`)).status).toBe(404)
  expect((await a.fetch(url)).status).toBe(404)
})

test('assets put on a canvas through both stand on it once each, whichever is asked', async () => {
  const { projectId } = nodes.first
  const ids: string[] = []
  for (const [maker, attacher] of [
    [a, b],
    [b, a],
  ] as const) {
    const { asset_id } = await stored(maker)
    ids.push(asset_id)
    await attacher.client.projects.assets.attachAsset(asset_id, { projectId })
  }
  for (const node of [a, b]) {
    const listed = (await node.client.projects.listNodes(projectId)).nodes.map(({ asset_id }) => asset_id)
    expect(listed.filter(id => id !== null && ids.includes(id ?? '')).sort()).toEqual([...ids].sort())
  }
})

test('two sweeps at once close each overdue attempt once', async () => {
  const overdue = await Promise.all([reserve(a), reserve(b), reserve(a)])
  clock.advance(2 * HOUR_MS)
  const reports = await Promise.all([a.service.sweep(), b.service.sweep()])
  const expired = reports.reduce((sum, { attemptsExpired }) => sum + attemptsExpired, 0)
  expect(expired).toBeGreaterThanOrEqual(overdue.length)
  const events = (await nodes.first.rows.all('events')).filter(({ type }) => type === 'asset.expired')
  const subjects = events.map(({ asset_id }) => asset_id)
  for (const { asset_id } of overdue) expect(subjects.filter(id => id === asset_id)).toHaveLength(1)
})
