// Two services while one of them is at work on an asset: verifying, storing or fetching it, and the other is asked.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createGate } from '../support/hold-calls.ts'
import { isReplay, newKey, send, sendForm } from '../support/replays.ts'
import type { AssetUpload } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type Node, startTwoNodes, type TwoNodes } from '../support/two-nodes.ts'
import { completed, post, until, uploaded } from '../support/uploads.ts'

const gate = createGate()
let nodes: TwoNodes
let a: Node
let b: Node
let internet: Internet
let png: Buffer
beforeAll(async () => {
  internet = await startInternet()
  nodes = await startTwoNodes({
    environment: internet.environment,
    world: { remote: internet.world },
    worldOfA: { around: gate.around },
  })
  ;({ a, b } = nodes)
  png = await sampleBytes('i.png')
})
afterAll(async () => {
  await nodes.close()
  await internet.close()
})
beforeEach(gate.open)

const files = () => nodes.first.files()
const servedBy = async (node: Node, url: string) => Buffer.from(await (await node.fetch(url)).arrayBuffer())

test('one completes what the other is verifying: both answer the same, and the bytes are there once', async () => {
  const before = await files()
  const reservation = await uploaded(nodes.first)
  gate.hold('promote')
  const first = completed(a, reservation.asset_id)
  await gate.holds()
  const second = await completed(b, reservation.asset_id)
  expect(second.status).toBe('ready')
  gate.open()
  expect(await first).toEqual({ ...second, url: expect.any(String) })
  expect(png.equals(await servedBy(a, second.url))).toBe(true)
  expect(await files()).toHaveLength(before.length + 1)
})

test('a delete at one while the other verifies: the asset is gone, and no bytes are left', async () => {
  const before = await files()
  const reservation = await uploaded(nodes.first)
  gate.hold('promote')
  const first = post(a, `/assets/${reservation.asset_id}/complete`)
  await gate.holds()
  expect((await b.call(`/assets/${reservation.asset_id}`, { method: 'DELETE' })).status).toBe(204)
  gate.open()
  expect((await first).status).toBe(404)
  await until(files, now => now.length === before.length)
})

test('a direct upload that is repeated at the other node while the first is under way is done once', async () => {
  const tenant = a
  const said = { file_name: newKey() }
  gate.hold('promote')
  const first = sendForm(tenant, png, { said })
  await gate.holds()
  const repeated = await sendForm(b, png, { said, repeats: 1 })
  expect([repeated.status, isReplay(repeated)]).toEqual([201, false])
  const before = await files()
  gate.open()
  const late = await first
  expect([late.status, isReplay(late)]).toEqual([201, true])
  const ids = await Promise.all(
    [late, repeated].map(async answer => ((await answer.json()) as AssetUpload).asset_id),
  )
  expect(ids[0]).toBe(ids[1])
  expect((await a.client.assets.list({ query: said.file_name })).assets).toHaveLength(1)
  expect((await files()).length).toBeLessThan(before.length) // its own bytes are gone again
})

test('a URL that is repeated at the other node while it is being fetched is fetched once', async () => {
  const goOn = Promise.withResolvers<void>()
  const asked = internet.stranger.asked.length
  internet.answer = async (_request, response) => {
    await goOn.promise
    response.end(png)
  }
  const body = { source: internet.url('files.example.com', `/${newKey()}`), workspace_id: a.workspaceId }
  const first = send(a, '/assets', { body })
  await expect.poll(() => internet.stranger.asked.length).toBe(asked + 1)
  const repeated = await send(b, '/assets', { body, repeats: 1 })
  expect([repeated.status, isReplay(repeated)]).toEqual([201, true])
  const { asset_id, status } = (await repeated.json()) as AssetUpload
  expect(status).toBe('pending_upload')
  goOn.resolve()
  expect(await (await first).json()).toMatchObject({ asset_id, status: 'ready' })
  expect(internet.stranger.asked.length).toBe(asked + 1)
})

test('a fetch whose node is silent for longer than its lease is taken over, and late bytes change nothing', async () => {
  const before = await files()
  const late = Promise.withResolvers<void>()
  let asked = 0
  internet.answer = async (_request, response) => {
    asked++
    if (asked === 1) {
      response.write(png.subarray(0, 100))
      await late.promise
    }
    response.end(asked === 1 ? wavOf(1000, 1) : png)
  }
  const body = { source: internet.url(), workspace_id: a.workspaceId, file_name: newKey() }
  const first = send(a, '/assets', { body })
  await expect.poll(() => asked).toBe(1)
  const farAhead = Date.now() + 3_600_000
  const { jobs } = b.service.records
  expect(await jobs.claim({ owner: 'time that passes', until: 0, now: farAhead }, 1)).toHaveLength(1)
  const statusAt = async (node: Node) =>
    (await node.client.assets.list({ query: body.file_name })).assets[0]?.status
  await expect.poll(() => statusAt(b), { timeout: 10_000, interval: 100 }).toBe('ready')
  late.resolve()
  expect(await (await first).json()).toMatchObject({ status: 'ready' })
  const { assets } = await a.client.assets.list({ query: body.file_name })
  expect(png.equals(await servedBy(a, assets[0]?.url ?? ''))).toBe(true)
  await until(files, now => now.length === before.length + 1)
})
