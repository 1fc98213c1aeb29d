// Promise 10, bounded: however an upload ends the sweep leaves nothing of it behind, and bytes do not pile up in
// memory. What malformed requests are answered with is shown in 10-no-input-is-our-fault. At length:
// process/memory, flows/expiry, flows/limits, flows/delivery-large, and leftovers after faults in faults/.
import { utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { strayFiles } from '../support/folder-facts.ts'
import { MIB, watchMemory } from '../support/process-facts.ts'
import { firstTenant } from '../support/process-tenant.ts'
import { fieldPart, filePart, formType, rawForm } from '../support/raw-form.ts'
import { newKey, sendForm } from '../support/replays.ts'
import { postJson, type Reservation, reserve } from '../support/reserve.ts'
import { runSql } from '../support/rows.ts'
import { wavOf } from '../support/samples.ts'
import { startProcess } from '../support/start-process.ts'
import type { RunningService } from '../support/start-service.ts'
import { SIGNED_WAYS, type Street, sendBy, startStreet, WAYS } from '../support/start-street.ts'
import { begun, sendPiece, tusDelete, tusPost } from '../support/tus.ts'
import {
  completed,
  directForm,
  post,
  postAsset,
  putFile,
  retried,
  stored,
  until,
  uploaded,
} from '../support/uploads.ts'
import { head, openWire } from '../support/wire.ts'

const DAY_MS = 24 * 3_600_000
const MAX_BYTES = 1_000_000
const file = wavOf(60_000, 1)
const tooLarge = wavOf(MAX_BYTES + 1000, 2)
const words = Buffer.from('these are words')

let street: Street
let herbarium: RunningService
beforeAll(async () => {
  street = await startStreet({ MAX_UPLOAD_BYTES: String(MAX_BYTES) })
  herbarium = street.herbarium
})
afterAll(() => street.close())

const pathOf = ({ upload_url }: Reservation) => new URL(upload_url).pathname

/** Sends so much of a request, and breaks the connection once its first bytes lie on the disk. */
async function cut(line: string, headers: Record<string, string | number>, body: Uint8Array): Promise<void> {
  const before = new Set(await herbarium.files())
  const wire = await openWire(herbarium.origin)
  await wire.write(head(line, headers))
  await wire.write(body)
  await until(
    () => herbarium.files(),
    files => files.some(name => !before.has(name)),
  )
  wire.cut()
}

const half = async () => {
  const to = await begun(herbarium, file.length)
  await sendPiece(herbarium, to, { file, from: 0, end: 20_000 })
  return to
}

const remove = (assetId: string) => herbarium.call(`/assets/${assetId}`, { method: 'DELETE' })

/** Every way in which an upload can come to its end, or never does. */
const ENDS: Record<string, () => Promise<unknown>> = {
  ...Object.fromEntries(WAYS.map(way => [`ready by ${way}`, () => street.bring(way, file)])),
  ...Object.fromEntries(WAYS.map(way => [`failed by ${way}`, () => street.bring(way, words)])),
  ...Object.fromEntries(
    SIGNED_WAYS.map(way => [
      `too large by ${way}`,
      async () => expect((await sendBy(herbarium, way, await reserve(herbarium), tooLarge)).status).toBe(413),
    ]),
  ),
  'too large, and too late to say so': async () => {
    const to = await reserve(herbarium)
    const body = new Blob([tooLarge]).stream()
    const answer = await herbarium.fetch(to.upload_url, { method: 'PUT', body, duplex: 'half' })
    expect(answer.status).toBe(413)
  },
  'too large to be sent directly': async () =>
    expect((await postAsset(herbarium, directForm(herbarium, Buffer.alloc(5 * MIB)))).status).toBe(400),
  'cut as a PUT': async () =>
    cut(`PUT ${pathOf(await reserve(herbarium))}`, { 'content-length': 70_000 }, file.subarray(0, 9000)),
  'cut as a form': async () =>
    cut(
      `POST ${pathOf(await reserve(herbarium))}`,
      { 'content-type': formType(), 'transfer-encoding': 'chunked' },
      Buffer.concat([Buffer.from('2328\r\n'), rawForm([filePart(file)]).subarray(0, 9000)]),
    ),
  'cut as a direct upload': () =>
    cut(
      'POST /api/v1/assets',
      { authorization: `Bearer ${herbarium.apiKey}`, 'content-type': formType(), 'content-length': 60_000 },
      rawForm([fieldPart('workspace_id', herbarium.workspaceId), filePart(file)]).subarray(0, 9000),
    ),
  'cut by the URL that gave it': async () => {
    const given = street.internet.answer
    street.internet.answer = (_request, response) => {
      response.writeHead(200, { 'content-length': file.length })
      response.write(file.subarray(0, 9000), () => response.destroy())
    }
    const source = street.internet.url('files.example.com', '/cut.wav')
    await postJson(herbarium, '/assets', { source, workspace_id: herbarium.workspaceId })
    street.internet.answer = given
  },
  'refused for a field that stands behind the file': async () =>
    expect((await postAsset(herbarium, directForm(herbarium, file, {}, { nonsense: '1' }))).status).toBe(400),
  'refused for a foreign workspace': async () => {
    const foreign = { ...herbarium, workspaceId: 'ws_another' }
    expect((await postAsset(herbarium, directForm(foreign, file))).status).toBe(403)
  },
  'a direct upload sent five times with one key': async () => {
    const key = newKey()
    for (let n = 0; n < 5; n++) expect((await sendForm(herbarium, file, { key })).status).toBe(201)
  },
  'sent over and over on one ticket': async () => {
    const to = await reserve(herbarium)
    for (const way of [...SIGNED_WAYS, ...SIGNED_WAYS]) await sendBy(herbarium, way, to, file)
    await Promise.all(SIGNED_WAYS.map(way => sendBy(herbarium, way, to, file)))
    await Promise.all(Array.from({ length: 5 }, () => post(herbarium, `/assets/${to.asset_id}/complete`)))
  },
  'sent again after it was ready': async () => {
    const to = await uploaded(herbarium, {}, file)
    await completed(herbarium, to.asset_id)
    for (const way of SIGNED_WAYS) expect((await sendBy(herbarium, way, to, file)).status).toBe(403)
  },
  'never sent': () => reserve(herbarium),
  'never completed': () => uploaded(herbarium, {}, file),
  'never resumed': half,
  'begun by tus and never sent': async () =>
    tusPost(herbarium, (await reserve(herbarium)).upload_url, { 'upload-length': '1000' }),
  'given up by tus': async () =>
    expect((await tusDelete(herbarium, (await half()).upload_url)).status).toBe(204),
  'retried when its bytes were there': async () => retried(herbarium, (await uploaded(herbarium)).asset_id),
  'retried half-way': async () => retried(herbarium, (await half()).asset_id),
  'retried half-way and sent by PUT': async () => {
    const next = await retried(herbarium, (await half()).asset_id)
    expect((await putFile(herbarium, next, file)).status).toBe(204)
  },
  'deleted when ready': async () => remove((await stored(herbarium)).asset_id),
  'deleted when its bytes were there': async () => remove((await uploaded(herbarium)).asset_id),
  'deleted half-way': async () => remove((await half()).asset_id),
  'left behind by a process that was killed': async () => {
    for (const area of ['incoming', 'quarantine']) {
      const left = path.join(herbarium.dataDir, 'blobs', area, 'AAAAAAAAAAAAAAAAAAAAAA.1')
      await writeFile(left, words)
      await utimes(left, street.clock.now() / 1000, street.clock.now() / 1000)
    }
  },
}

describe('After the sweep nothing is left but what is ready, of an upload that is', () => {
  afterEach(async () => {
    street.clock.advance(3 * DAY_MS)
    await herbarium.service.sweep()
    const [row] = runSql(herbarium.dataDir, "select count(*) as n from assets where status = 'ready'")
    await expect
      .poll(async () => {
        const files = await herbarium.files()
        const isMedia = files.map(name => name.startsWith('media/'))
        return { ready: isMedia.filter(Boolean).length, others: isMedia.filter(is => !is).length }
      })
      .toEqual({ ready: row?.n, others: 0 })
    expect(await strayFiles(herbarium.dataDir)).toEqual([])
  })

  test.each(Object.entries(ENDS))('%s', async (_, end) => {
    await end()
    expect(await herbarium.service.records.assets.usage(herbarium.workspaceId)).toBeDefined()
  })
})

describe('A process', () => {
  vi.setConfig({ testTimeout: 60_000 }) // it takes its time on a busy machine

  test('takes twelve files of 24 MiB at once, by every way there is, and grows by less than half of them', async () => {
    const server = await startProcess()
    try {
      const { client, workspaceId, apiKey } = await firstTenant(server)
      const large = wavOf(24 * MIB, 3)
      const reach = { fetch: (input: string | URL | Request, init?: RequestInit) => fetch(input, init) }
      const growth = await watchMemory(server.pid)
      const direct = () => {
        const form = directForm({ workspaceId } as RunningService, wavOf(4 * MIB - 100, 4))
        const headers = { authorization: `Bearer ${apiKey}` }
        return fetch(`${server.origin}/api/v1/assets`, { method: 'POST', headers, body: form })
      }
      const signed = async (n: number) => {
        const to = await client.assets.create({ source: 'signed-url', workspace_id: workspaceId })
        const answer = await sendBy(reach, SIGNED_WAYS[n % 3] ?? 'put', to as Reservation, large)
        expect(answer.status).toBe(204)
        expect(await client.assets.complete(to.asset_id)).toMatchObject({ status: 'ready' })
        expect((await (await fetch(to.url ?? '')).arrayBuffer()).byteLength).toBe(large.length)
      }
      const uploads = Array.from({ length: 12 }, (_, n) => signed(n))
      const directs = await Promise.all(Array.from({ length: 6 }, direct))
      await Promise.all(uploads)
      expect(directs.map(({ status }) => status)).toEqual(Array(6).fill(201))
      expect(await growth()).toBeLessThan(128 * MIB)
    } finally {
      await server.close()
    }
  })
})
