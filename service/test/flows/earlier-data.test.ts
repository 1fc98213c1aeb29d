// This version on folders that earlier ones left: fixtures/data-a and its successors.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { FLORA } from '@flora-ai/flora'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSettings } from '../../src/config/config.ts'
import type { Clock } from '../../src/ground/clock.ts'
import { randomIds } from '../../src/ground/ids.ts'
import { openService, type Service } from '../../src/service.ts'
import { sampleBytes } from '../support/samples.ts'
import { createTestClock } from '../support/test-clock.ts'
import { offsetOf, sendPiece } from '../support/tus.ts'

/** Each folder was left in the middle of things; it is found again a minute later. */
const clockAt = (time: number): Clock => {
  const clock = createTestClock()
  clock.advance(time + 60_000 - Date.now())
  return clock
}

function lastTimeIn(dataDir: string): number {
  const database = new DatabaseSync(path.join(dataDir, 'herbarium.db'))
  const row = database.prepare('select max(at) as last from events').get()
  database.close()
  return Number(row?.last)
}

const FIXTURES = path.join(import.meta.dirname, '../fixtures')

/** A copy of the folder, with this version started on it. */
function useFolder(fixture: string) {
  let dataDir: string
  let service: Service
  let client: FLORA
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), `herbarium-${fixture}-`))
    await cp(path.join(FIXTURES, fixture), dataDir, { recursive: true })
    const { config } = readSettings({ PORT: '0', LOG_LEVEL: 'silent', DATA_DIR: dataDir })
    service = await openService(config, { clock: clockAt(lastTimeIn(dataDir)), ids: randomIds })
    await service.listen()
    const apiKey = (await readFile(path.join(dataDir, 'first-key.txt'), 'utf8')).trim()
    client = new FLORA({ apiKey, baseURL: service.urls.api(), maxRetries: 0 })
  })
  afterAll(async () => {
    await service.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  return { client: () => client, service: () => service, dataDir: () => dataDir }
}

describe.each(['data-a', 'data-b', 'data-c', 'data-d', 'data-e', 'data-g', 'data-h'])(
  'On the folder %s',
  fixture => {
    const { client } = useFolder(fixture)

    test('what was ready is ready, with its name, place and exact bytes', async () => {
      const { assets } = await client().assets.list({ query: 'fern' })
      expect(assets).toMatchObject([
        { name: 'fern.webp', status: 'ready', folder: 'sheets', metadata: { plant: 'fern' } },
      ])
      expect(assets[0]?.node_id).toMatch(/^node_/)
      const served = await fetch(assets[0]?.url ?? '')
      expect(Buffer.from(await served.arrayBuffer())).toEqual(await sampleBytes('i.webp'))
    })

    test('what had failed tells why, and can be retried', async () => {
      const { assets } = await client().assets.list({ query: 'weed' })
      const failed = await client().assets.retrieve(assets[0]?.asset_id ?? '')
      expect(failed).toMatchObject({
        status: 'failed',
        failure_message: expect.stringContaining('text/html'),
      })
      const retried = await client().assets.retry(failed.asset_id)
      expect(retried).toMatchObject({ status: 'pending_upload', asset_id: failed.asset_id })
    })

    test('what was uploaded and not yet completed can still be completed', async () => {
      const { assets } = await client().assets.list({ query: 'bud' })
      const completed = await client().assets.complete(assets[0]?.asset_id ?? '')
      expect(completed).toMatchObject({ status: 'ready' })
    })
  },
)

describe.each(['data-c', 'data-d', 'data-e', 'data-g', 'data-h'])('On the folder %s, moreover,', fixture => {
  const { client } = useFolder(fixture)

  test('an upload that had arrived in part is carried on by retry', async () => {
    const png = await sampleBytes('i.png')
    const { assets } = await client().assets.list({ query: 'sprout' })
    const assetId = assets[0]?.asset_id ?? ''
    const { upload_url = '' } = await client().assets.retry(assetId)
    const offset = await offsetOf({ fetch }, upload_url)
    expect(offset).toBe(png.length >> 1)
    expect((await sendPiece({ fetch }, { upload_url }, { file: png, from: offset })).status).toBe(204)
    expect(await client().assets.complete(assetId)).toMatchObject({ status: 'ready' })
  })

  test('what was deleted is gone, and its node keeps its label', async () => {
    expect((await client().assets.list({ query: 'dust' })).assets).toEqual([])
    const { assets } = await client().assets.list({ query: 'fern' })
    const { nodes } = await client().get<{ nodes: { label: string }[] }>(
      `/projects/${assets[0]?.project_id}/nodes`,
    )
    expect(nodes.find(({ label }) => label === 'dust.png')).toMatchObject({ asset_id: null, url: null })
  })
})

describe.each(['data-c', 'data-g', 'data-h'])('On the folder %s, with a ticket that is open,', fixture => {
  const { service, dataDir } = useFolder(fixture)

  test('its key is known by the name it had, and opens the door', async () => {
    const { assetId, n, kid } = openAttemptIn(dataDir())
    const { records, urls } = service()
    const upload = await records.assets.findUpload(assetId, n)
    if (upload === undefined) throw new Error('the attempt is gone')
    const url = urls.upload(upload.attempt)
    expect(url).toContain(`/uploads/v1.${kid}.`)
    const body = new Uint8Array(await sampleBytes('i.png'))
    expect((await fetch(url, { method: 'PUT', body })).status).toBe(204)
  })
})

function openAttemptIn(dataDir: string): { assetId: string; n: number; kid: string } {
  const database = new DatabaseSync(path.join(dataDir, 'herbarium.db'))
  const row = database.prepare("select * from attempts where state = 'open' order by expires_at desc").get()
  database.close()
  return { assetId: String(row?.asset_id), n: Number(row?.n), kid: String(row?.ticket_kid) }
}

describe.each([
  ['data-d', 'folder:afce0344c8deb3e62b5b71569bf86b36'],
  ['data-e', 'folder:e0e7855a40fb1accbbcae6cbdb965128'],
  ['data-g', 'folder:e0e7855a40fb1accbbcae6cbdb965128'],
  ['data-h', 'folder:e0e7855a40fb1accbbcae6cbdb965128'],
])('On the folder %s, whose server was killed,', (fixture, store) => {
  const { service } = useFolder(fixture)

  test('that server is forgotten, and the folder goes by the name it had', async () => {
    expect(await service().records.servers.listAlive(0)).toMatchObject([{ store }])
  })
})

describe.each(['data-a', 'data-b', 'data-c', 'data-d', 'data-e', 'data-g', 'data-h'])(
  'On the folder %s, of every age,',
  fixture => {
    const { service } = useFolder(fixture)

    test('the log is numbered from 1 without a gap, and goes on', async () => {
      const { records } = service()
      const [workspace] = await records.workspaces.list()
      const { events } = await records.events.list(workspace?.id ?? '', { after: 0, limit: 1000 })
      expect(events.length).toBeGreaterThan(3)
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1))
    })
  },
)

describe('On the folder data-g, whose webhook could not be reached,', () => {
  const { service } = useFolder('data-g')

  test('it is tried again, with the secret it had', async () => {
    const { records } = service()
    const [workspace] = await records.workspaces.list()
    const [webhook] = await records.webhooks.list(workspace?.id ?? '')
    expect(webhook).toMatchObject({ url: 'http://localhost:9/hooks', sentSeq: 15, disabled: null })
    const { items } = await records.webhooks.deliveries(webhook?.id ?? '', { limit: 5 })
    expect(items).toMatchObject([{ seq: 16, type: 'asset.created', state: 'retrying' }])
  })
})

describe('On the folder data-h, whose secrets and one of whose keys were rotated,', () => {
  const { client, service } = useFolder('data-h')

  test('the rotated key has its successor, and the test key its own workspace', async () => {
    const { records } = service()
    const keys = await records.keys.list()
    const old = keys.find(({ replacedBy }) => replacedBy !== null)
    expect(keys.find(({ id }) => id === old?.replacedBy)).toMatchObject({ scopes: ['assets:read'] })
    const [live, tests] = await records.workspaces.list()
    expect(tests).toMatchObject({ mode: 'test', testOf: live?.id })
    expect(keys.find(({ mode }) => mode === 'test')).toMatchObject({ workspaceId: tests?.id })
  })

  test('what is pinned stays, and what is ephemeral goes at its hour', async () => {
    const named = async (name: string) =>
      (await client().assets.list({ query: name })).assets[0]?.asset_id ?? ''
    await expect(client().delete(`/assets/${await named('oak')}`)).rejects.toMatchObject({ status: 409 })
    expect(await named('poppy')).toMatch(/^asset_/)
    expect((await service().sweep()).assetsDeleted).toBe(0)
  })

  test('the keys that the rotation made sign', async () => {
    const { records } = service()
    const stored = await records.secrets.list()
    const { kid } = stored.find(({ purpose, createdAt }) => purpose === 'tickets' && createdAt > 0) ?? {}
    const [workspace] = await records.workspaces.list()
    const reservation = await client().assets.create({
      source: 'signed-url',
      workspace_id: workspace?.id ?? '',
    })
    expect(reservation.upload_url).toContain(`/uploads/v1.${kid}.`)
  })
})
