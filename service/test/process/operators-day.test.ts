// An operator's day: every secret is rotated and nodes are replaced, and no client sees more than a retry heals.
import type { IncomingHttpHeaders } from 'node:http'
import { FLORA } from '@flora-ai/flora'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Clients, startDayOfClients } from '../support/day/clients.ts'
import { type House, startHouse } from '../support/day/house.ts'
import { runJson } from '../support/run-json.ts'
import { sampleBytes } from '../support/samples.ts'
import { type Receiver, startReceiver } from '../support/start-receiver.ts'
import { cephHere } from '../support/use-bucket.ts'

const CLIENTS = 4
/** Between one task of the day and the next. */
const SOME = 12
const [OLD, NEW] = ['the secret of yesterday is long enough', 'the secret of tomorrow is long enough']

let house: House
let receiver: Receiver
let clients: Clients
const herbarium = (...args: string[]) => runJson(args, house.environment)

/** In the order in which they were told. */
const secretsOfWebhook: string[] = []

beforeAll(async () => {
  house = await startHouse({ postgresUrl: inject('postgresUrl'), ceph: cephHere() }, OLD)
  receiver = await startReceiver()
  const { workspaces } = await herbarium('workspace', 'list')
  const workspaceId = workspaces[0].workspace_id
  const { api_key: apiKey } = await herbarium('key', 'create', '--name', 'studio')
  const webhook = await api<{ secret: string }>(apiKey, 'POST', '/webhooks', {
    url: receiver.url,
    types: ['asset.ready'],
  })
  secretsOfWebhook.push(webhook.secret)
  const picture = new Uint8Array(await sampleBytes('i.png'))
  clients = startDayOfClients({ origin: house.origin, apiKey, workspaceId, picture }, CLIENTS)
  await clients.more(SOME)
}, 180_000)
afterAll(async () => {
  await clients?.stop()
  await receiver?.close()
  await house?.close()
})

async function api<T>(apiKey: string, method: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${house.origin}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  expect(answer.ok, path).toBe(true)
  return answer.json() as Promise<T>
}

/** Under load before, meanwhile and after. */
async function task(act: () => Promise<unknown>): Promise<void> {
  await act()
  await clients.more(SOME)
  expect(clients.errors).toEqual([])
}

test('the API key is rotated with an overlap, and the old one revoked once nobody uses it', async () => {
  const { keys } = await herbarium('key', 'list')
  const old = keys.find((key: { name: string }) => key.name === 'studio')
  const { api_key: fresh } = await herbarium('key', 'rotate', old.key_id, '--overlap', '1h')
  await task(async () => {
    clients.apiKey = fresh
  })
  await task(() => herbarium('key', 'revoke', old.key_id))
})

test('the secret of a webhook is rotated while deliveries go on', async () => {
  const { webhooks } = await api<{ webhooks: { webhook_id: string }[] }>(clients.apiKey, 'GET', '/webhooks')
  await task(async () => {
    const path = `/webhooks/${webhooks[0]?.webhook_id}/rotate`
    const { secret } = await api<{ secret: string }>(clients.apiKey, 'POST', path, {})
    secretsOfWebhook.push(secret)
  })
})

test('signing keys are rotated, and those of before go on verifying', async () => {
  await task(() => herbarium('secrets', 'rotate'))
  const { keys } = await herbarium('secrets', 'list')
  const states = keys.filter((key: { purpose: string }) => key.purpose === 'tickets')
  expect(states.map((key: { state: string }) => key.state).sort()).toEqual(['signs', 'signs_soon'])
})

test('SECRET_KEY is rotated in two rolling restarts, and seals nothing with the old one then', async () => {
  await task(() => house.roll({ SECRET_KEY: `${OLD},${NEW}` }))
  await task(() => house.roll({ SECRET_KEY: `${NEW},${OLD}` }))
  await task(() => herbarium('secrets', 'rotate'))
  const { masters, lost } = await herbarium('secrets', 'list')
  expect(lost).toBe(0)
  expect(masters.map((master: { seals: number }) => master.seals > 0)).toEqual([true, false])
})

test('the certificate is renewed', () => task(() => house.nginx.renew()))

test('a node is drained, and another one with an empty folder takes its place', async () => {
  await task(() => house.replace(0))
  await task(() => house.replace(1))
})

test('at the end of the day nothing is lost, damaged or told to anybody', async () => {
  await clients.stop()
  expect(clients.errors).toEqual([])
  const { damaged } = await herbarium('verify')
  expect(damaged).toEqual([])
  const told = () => new Set(receiver.received.map(({ told }) => told.data.asset_id))
  await expect.poll(() => clients.ready.filter(id => !told().has(id)), { timeout: 30_000 }).toEqual([])
  for (const { headers, body } of receiver.received) expect(await isSigned(headers, body)).toBe(true)
  const said = house.said()
  for (const secret of [...secretsOfWebhook, OLD, NEW, clients.apiKey]) expect(said).not.toContain(secret)
  expect(said).not.toMatch(/sk_live_[\w-]{43}|whsec_|ut_v1\.|"level":(50|60)/)
})

/** By any secret that the webhook had that day. */
async function isSigned(headers: IncomingHttpHeaders, body: string): Promise<boolean> {
  const { webhooks } = new FLORA({ apiKey: 'of nobody' })
  const checks = secretsOfWebhook.map(secret =>
    Promise.resolve(webhooks.unwrap(body, headers as Record<string, string>, secret)),
  )
  return Promise.any(checks).then(
    () => true,
    () => false,
  )
}
