// Promise 6, never stuck: from wherever an asset can get to, three calls make it ready: retry, upload, complete.
// At length: flows/assets-retry, flows/expiry; after every fault and every crash in faults/, model/ and process/kill.
import { readdir, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { brokenPromises } from '../support/folder-facts.ts'
import { type AssetUpload, postJson, type Reservation, reserve } from '../support/reserve.ts'
import { runSql } from '../support/rows.ts'
import { wavOf } from '../support/samples.ts'
import type { RunningService } from '../support/start-service.ts'
import {
  found,
  SIGNED_WAYS,
  type SignedWay,
  type Street,
  sendBy,
  startStreet,
} from '../support/start-street.ts'
import { begun, sendPiece, tusDelete } from '../support/tus.ts'
import { completed, post, putFile, retried, stored, until, uploaded } from '../support/uploads.ts'
import { head, openWire, type Wire } from '../support/wire.ts'

const DAY_MS = 24 * 3_600_000
const file = wavOf(100_000, 1) // longer than what is held in memory until all of it is there

let street: Street
let herbarium: RunningService
beforeAll(async () => {
  street = await startStreet({ EVENTS_TTL_DAYS: '3650' }) // years pass here, and the log is looked at in the end
  herbarium = street.herbarium
})
afterAll(async () => {
  expect(await brokenPromises(herbarium.dataDir)).toEqual([])
  await street.close()
})

type Made = Pick<AssetUpload, 'asset_id' | 'url'>

const days = async (n: number) => {
  street.clock.advance(n * DAY_MS)
  await herbarium.service.sweep()
}

const create = async (source: string): Promise<AssetUpload> => {
  const response = await postJson(herbarium, '/assets', { source, workspace_id: herbarium.workspaceId })
  return (await response.json()) as AssetUpload // checked against the document by the tenant's fetch
}

/** The files of an area of the folder, gone as if a disk had lost them. */
async function lose(area: 'incoming' | 'quarantine'): Promise<void> {
  const folder = path.join(herbarium.dataDir, 'blobs', area)
  const names = await readdir(folder)
  expect(names).not.toEqual([])
  for (const name of names) await rm(path.join(folder, name))
}

/** Connections that stay as they are; the service's stop would wait for them. */
const silent: Wire[] = []

/** A PUT that has begun, and stays as it is. */
async function underWay(to: Reservation) {
  const before = new Set(await herbarium.files())
  const wire = await openWire(herbarium.origin)
  await wire.write(head(`PUT ${new URL(to.upload_url).pathname}`, { 'content-length': file.length }))
  await wire.write(file.subarray(0, 10_000))
  await until(
    () => herbarium.files(),
    files => files.some(name => !before.has(name)),
  )
  silent.push(wire)
  return wire
}

const half = async (): Promise<Reservation> => {
  const to = await begun(herbarium, file.length)
  await sendPiece(herbarium, to, { file, from: 0, end: 20_000 })
  return to
}

/** Wherever an asset that is not ready can be. */
const STATES: Record<string, () => Promise<Made>> = {
  reserved: () => reserve(herbarium),
  'received, and never completed': () => uploaded(herbarium),
  'begun by tus, without a byte': () => begun(herbarium, 1000),
  'half there by tus': half,
  'half there by tus, the file lost': async () => {
    const to = await half()
    await lose('incoming')
    return to
  },
  'given up by tus': async () => {
    const to = await half()
    expect((await tusDelete(herbarium, to.upload_url)).status).toBe(204)
    return to
  },
  'received, the file lost': async () => {
    const to = await uploaded(herbarium)
    await lose('quarantine')
    return to
  },
  'failed for its bytes': () => stored(herbarium, {}, Buffer.from('words')),
  'failed for a promise it broke': () => stored(herbarium, { file_size: String(file.length) }, wavOf(4000)),
  'failed at its completion': async () =>
    completed(herbarium, (await uploaded(herbarium, {}, Buffer.from('words'))).asset_id),
  'failed, retried and failed again': async () => {
    const { asset_id } = await stored(herbarium, {}, Buffer.alloc(0))
    const next = await retried(herbarium, asset_id)
    expect((await putFile(herbarium, next, Buffer.from('words'))).status).toBe(204)
    return completed(herbarium, asset_id)
  },
  expired: async () => {
    const to = await reserve(herbarium)
    await days(1)
    return to
  },
  'expired, and not swept': async () => {
    const to = await reserve(herbarium)
    street.clock.advance(DAY_MS)
    return to
  },
  'received and abandoned for days': async () => {
    const to = await uploaded(herbarium)
    await days(3)
    return to
  },
  'half there by tus and abandoned for days': async () => {
    const to = await half()
    await days(3)
    return to
  },
  'superseded five times': async () => {
    const to = await reserve(herbarium)
    for (let n = 0; n < 5; n++) await retried(herbarium, to.asset_id)
    return to
  },
  'failed to be fetched': () => create(street.internet.url('down.files.example.com')),
  'fetched from where it may not be': () => create(street.internet.url('inside.files.example.com')),
  'under way on a connection that says no more': async () => {
    const to = await reserve(herbarium)
    await underWay(to)
    return to
  },
  'under way when its connection broke': async () => {
    const to = await reserve(herbarium)
    ;(await underWay(to)).cut()
    return to
  },
  'held by a process that is no more': async () => {
    const to = await uploaded(herbarium)
    const until = street.clock.now() + 10 * 60_000
    runSql(herbarium.dataDir, 'update attempts set lease_until = ? where asset_id = ?', until, to.asset_id)
    return to
  },
  'held half-way by a process that is no more': async () => {
    const to = await half()
    const until = street.clock.now() + 10 * 60_000
    runSql(herbarium.dataDir, 'update attempts set lease_until = ? where asset_id = ?', until, to.asset_id)
    return to
  },
}

/** Retry, upload, complete: three calls (tus takes its creation beside), and the asset is ready with these bytes. */
async function finish(way: SignedWay, { asset_id, url }: Made): Promise<void> {
  expect((await found(herbarium, asset_id)).status).not.toBe('ready')
  const next = await retried(herbarium, asset_id)
  const sent = await sendBy(herbarium, way, next, file)
  expect({ status: sent.status, said: await sent.text() }).toEqual({ status: 204, said: '' })
  expect(await completed(herbarium, asset_id)).toMatchObject({ status: 'ready', url })
  const served = await herbarium.fetch(url)
  expect(Buffer.from(await served.arrayBuffer()).equals(file)).toBe(true)
}

describe.each(Object.entries(STATES))('An asset that is %s', (_state, make) => {
  test.each(SIGNED_WAYS)('is ready after a retry, an upload by %s and a completion', async way =>
    finish(way, await make()),
  )

  test('is so after a restart, too', async () => {
    const made = await make()
    for (const wire of silent.splice(0)) wire.cut()
    await herbarium.restart()
    await finish('put', made)
  })
})

test('one call is enough where bytes are whole, two where the ticket lives', async () => {
  const received = await uploaded(herbarium)
  await herbarium.restart()
  expect((await completed(herbarium, received.asset_id)).status).toBe('ready')
  const open = await half()
  expect((await sendPiece(herbarium, open, { file, from: 20_000 })).status).toBe(204)
  expect((await completed(herbarium, open.asset_id)).status).toBe('ready')
})

test('a fetch that hangs is overtaken by a retry', async () => {
  const { internet } = street
  const given = internet.answer
  let hanging: ServerResponse | undefined
  internet.answer = (_request, response) => {
    hanging = response
    response.write(file.subarray(0, 100)) // and never ends
  }
  const tenant = await herbarium.newTenant()
  const source = internet.url('files.example.com', '/hangs.wav')
  const asking = postJson(tenant, '/assets', { source, workspace_id: tenant.workspaceId })
  const [asset] = await until(
    async () => (await tenant.client.assets.list()).assets,
    assets => assets.length === 1 && internet.stranger.connections.open > 0,
  )
  const next = await post(tenant, `/assets/${asset?.asset_id}/retry`)
  expect(next.status).toBe(200)
  expect((await putFile(herbarium, (await next.json()) as Reservation, file)).status).toBe(204)
  expect((await completed(tenant, asset?.asset_id ?? '')).status).toBe('ready')
  internet.answer = given
  hanging?.end()
  expect((await asking).status).toBe(201)
  expect((await found(tenant, asset?.asset_id ?? '')).status).toBe('ready')
})
