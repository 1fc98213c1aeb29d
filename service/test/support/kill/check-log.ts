// The event log held against what clients were told, by each of its three doors.
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { openEventStream } from '../event-stream.ts'
import { type Receiver, startReceiver } from '../start-receiver.ts'
import { answerTo, call, type Wire } from './asking.ts'
import type { Told } from './told.ts'

export interface LogDoors {
  receiver: Receiver
  webhookId: string
}

/** For the environment of every server: the endpoint that is told of events is in its own network. */
export const TELLS_US = { WEBHOOK_ALLOW_HOSTS: 'localhost' }

/** Registers an endpoint before anything happens. */
export async function openLogDoors(wire: Wire): Promise<LogDoors> {
  const receiver = await startReceiver()
  const answer = await answerTo(wire, { method: 'POST', path: '/webhooks', body: { url: receiver.url } })
  const { webhook_id } = (await answer.json()) as { webhook_id: string } // as the document says
  assert.equal(answer.status, 201)
  return { receiver, webhookId: webhook_id }
}

const LOOK_EVERY_MS = 100

interface Logged {
  id: string
  seq: number
  type: string
  asset_id: string
}

/** No event is missing, none is there twice, and all three doors tell the same in the same order. */
export async function checkLog(wire: Wire, ledger: Told[], doors: LogDoors): Promise<number> {
  const log = await pulled(wire)
  assert.deepEqual(
    log.map(({ seq }) => seq),
    log.map((_, n) => n + 1),
    'the log has a gap, or something twice',
  )
  assert.equal(new Set(log.map(({ id }) => id)).size, log.length)
  const ids = log.map(({ id }) => id)
  assert.deepEqual(await streamed(wire, log.length), ids, 'the stream tells something else')
  assert.deepEqual(await pushed(wire, doors, log.length), ids, 'the endpoint was told something else')
  const byAsset = Map.groupBy(log, ({ asset_id }) => asset_id)
  for (const [assetId, events] of byAsset) checkLife(assetId, events)
  for (const { assetId, state, nodeIds } of ledger) {
    const events = byAsset.get(assetId) ?? []
    const count = (type: string) => events.filter(event => event.type === type).length
    assert.ok(count('asset.created') === 1, `${assetId} was made and is not in the log`)
    if (state === 'ready' || nodeIds.length > 0) assert.equal(count('asset.ready'), 1, `${assetId} is ready`)
    if (state === 'deleted') assert.equal(count('asset.deleted'), 1, `${assetId} is deleted`)
    assert.ok(count('asset.attached') >= nodeIds.length, `${assetId} stands on the canvas`)
  }
  return log.length
}

/** The order in which things can happen to one asset. */
function checkLife(assetId: string, events: Logged[]): void {
  const types = events.map(({ type }) => type)
  assert.equal(types[0], 'asset.created', `${assetId}: ${types}`)
  for (const once of ['asset.created', 'asset.ready', 'asset.deleted'])
    assert.ok(types.filter(type => type === once).length <= 1, `${assetId}: ${types}`)
  const ready = types.indexOf('asset.ready')
  if (ready !== -1) assert.ok(types.indexOf('asset.uploaded') < ready, `${assetId}: ${types}`)
  const deleted = types.indexOf('asset.deleted')
  assert.ok(deleted === -1 || deleted === types.length - 1, `${assetId}: ${types}`)
  const attached = types.indexOf('asset.attached')
  assert.ok(attached === -1 || (ready !== -1 && ready < attached), `${assetId}: ${types}`)
}

/** Until nothing more comes for a while. */
async function pulled(wire: Wire): Promise<Logged[]> {
  const log: Logged[] = []
  for (let after = 0; ; ) {
    const page = await call<{ events: Logged[]; meta: { next_after: number } }>(
      wire,
      'GET',
      `/events?limit=1000&wait=3&after=${after}`,
    )
    if (page.events.length === 0) return log
    log.push(...page.events)
    after = page.meta.next_after
  }
}

async function streamed({ server, apiKey }: Wire, count: number): Promise<string[]> {
  const headers = { authorization: `Bearer ${apiKey}` }
  const stream = await openEventStream(`${server.origin}/api/v1/events/stream?after=0`, headers)
  const ids: string[] = []
  while (ids.length < count) ids.push((JSON.parse((await stream.next()).data) as Logged).id)
  stream.close()
  return ids
}

/** At least once, so the first time counts. */
async function pushed(wire: Wire, { receiver, webhookId }: LogDoors, upTo: number): Promise<string[]> {
  for (let told = 0; told < upTo; await delay(LOOK_EVERY_MS))
    ({ told_up_to: told } = await call<{ told_up_to: number }>(wire, 'GET', `/webhooks/${webhookId}`))
  return [...new Set(receiver.received.map(({ told }) => told.data.event_id))]
}
