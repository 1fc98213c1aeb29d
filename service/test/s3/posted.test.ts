// Bytes that a form took straight to the bucket: they pass the same gate, and nobody can change them afterwards.
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { claimed } from '../../src/assets/attempt.ts'
import { SILENT_MS } from '../../src/assets/collect.ts'
import { SLOW_FORM_MS } from '../../src/assets/expire.ts'
import type { Forms } from '../../src/assets/ports.ts'
import { unavailable } from '../../src/ground/errors.ts'
import { createKey } from '../../src/keys/create.ts'
import { createWorkspace } from '../../src/workspaces/create.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { begun, sendPiece } from '../support/tus.ts'
import { completed, post, postFile, putFile, retried, until, uploaded } from '../support/uploads.ts'

const HOUR_MS = 3_600_000
const [RED, BLUE] = [wavOf(30_000, 1), wavOf(40_000, 2)]

const clock = createTestClock()
/** Called by the service before it takes what a form brought. */
let beforeTake: () => Promise<void> = async () => undefined
let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService({
    world: {
      clock,
      around: servants => ({
        ...servants,
        blobs: { ...servants.blobs, forms: watched(servants.blobs.forms) },
      }),
    },
  })
})
afterAll(() => herbarium.close())
beforeEach(() => {
  beforeTake = async () => undefined
})

function watched(forms: Forms | undefined): Forms {
  if (forms === undefined) throw new Error('these tests are about a bucket')
  return {
    ...forms,
    take: async (object, key) => {
      await beforeTake()
      return forms.take(object, key)
    },
  }
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const served = async ({ url }: { url: string }) => {
  const answer = await herbarium.fetch(url)
  expect(answer.status).toBe(200)
  return hash(new Uint8Array(await answer.arrayBuffer()))
}

const unpublished = async () => (await herbarium.files()).filter(file => !file.startsWith('media/'))

async function posted(bytes: Uint8Array, said: Record<string, unknown> = {}): Promise<Reservation> {
  const reservation = await reserve(herbarium, said)
  expect((await postFile(herbarium, reservation, bytes)).status).toBe(204)
  return reservation
}

describe('A file that a form took to the bucket', () => {
  test('never passes the service, and is served as it was sent once it has been completed', async () => {
    const picture = await sampleBytes('i.png')
    const reservation = await posted(picture, { file_name: 'leaf.png', content_type: 'image/png' })
    expect(new URL(reservation.upload.url).origin).not.toBe(herbarium.origin)
    expect(new URL(reservation.upload_url).origin).toBe(herbarium.origin)
    expect((await herbarium.fetch(reservation.url)).status).toBe(404)
    expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
    expect(await served(reservation)).toBe(hash(picture))
    expect(await unpublished()).toEqual([])
  })

  test.each([
    ['no picture under a picture’s type', 'html.png', { content_type: 'image/png' }],
    ['another size than was promised', 'i.png', { file_size: 1_000_000 }],
    ['another hash than was promised', 'i.png', { sha256: '0'.repeat(64) }],
  ])('that is %s fails with a reason, and every copy of it goes', async (_, name, said) => {
    const reservation = await posted(await sampleBytes(name), said)
    expect(await completed(herbarium, reservation.asset_id)).toMatchObject({
      status: 'failed',
      failure_message: expect.stringMatching(/./),
    })
    expect((await herbarium.fetch(reservation.url)).status).toBe(404)
    expect(await unpublished()).toEqual([])
  })

  test('that is empty fails as an empty file', async () => {
    const reservation = await posted(new Uint8Array(0))
    const asset = await completed(herbarium, reservation.asset_id)
    expect(asset).toMatchObject({ status: 'failed', failure_message: expect.stringContaining('empty') })
  })

  test('that does not fit the quota is refused, and fits once there is room', async () => {
    const tenant = await tenantWith(RED.length - 1)
    const reservation = await reserve(tenant)
    await postFile(herbarium, reservation, RED)
    expect(await refusalIn(await post(tenant, `/assets/${reservation.asset_id}/complete`))).toMatchObject({
      status: 402,
      code: 'insufficient_credits',
    })
    await postFile(herbarium, reservation, RED.subarray(0, 5000))
    expect(await completed(tenant, reservation.asset_id)).toMatchObject({ status: 'failed' })
  })
})

describe('The same form, sent again', () => {
  test('after the asset is ready changes nothing that is served, and the sweep removes what it brought', async () => {
    const reservation = await posted(RED)
    await completed(herbarium, reservation.asset_id)
    expect((await postFile(herbarium, reservation, BLUE)).status).toBe(204)
    expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
    expect(await served(reservation)).toBe(hash(RED))
    expect(await unpublished()).toHaveLength(1)
    clock.advance(2 * HOUR_MS)
    await herbarium.service.sweep()
    expect(await unpublished()).toEqual([])
    expect(await served(reservation)).toBe(hash(RED))
  })

  test('after a retry changes nothing about the new attempt', async () => {
    const old = await posted(RED)
    const fresh = await retried(herbarium, old.asset_id)
    await postFile(herbarium, old, RED)
    expect(await refusalIn(await post(herbarium, `/assets/${old.asset_id}/complete`))).toMatchObject({
      status: 409,
    })
    await postFile(herbarium, fresh, BLUE)
    await completed(herbarium, fresh.asset_id)
    expect(await served(fresh)).toBe(hash(BLUE))
  })

  test('while the bytes are being taken, brings the newer file or none', async () => {
    const reservation = await posted(RED)
    beforeTake = async () => {
      beforeTake = async () => undefined
      await postFile(herbarium, reservation, BLUE)
    }
    await completed(herbarium, reservation.asset_id)
    expect(await served(reservation)).toBe(hash(BLUE))
  })
})

describe('Where an asset was sent through the bucket and through our door', () => {
  const ways = {
    form: (to: Reservation, bytes: Uint8Array) => postFile(herbarium, to, bytes),
    put: (to: Reservation, bytes: Uint8Array) => putFile(herbarium, to, bytes),
  }
  test.each([
    ['form', 'put'],
    ['put', 'form'],
    ['form', 'form'],
  ] as const)('by %s and then by %s, the last whole file wins', async (first, last) => {
    const reservation = await reserve(herbarium)
    expect((await ways[first](reservation, RED)).status).toBe(204)
    expect((await ways[last](reservation, BLUE)).status).toBe(204)
    await completed(herbarium, reservation.asset_id)
    expect(await served(reservation)).toBe(hash(BLUE))
    expect((await unpublished()).filter(key => !key.endsWith('.0'))).toEqual([])
  })

  test('part of a resumable upload is no file: the form’s is taken', async () => {
    const upload = await begun(herbarium, BLUE.length)
    await sendPiece(herbarium, upload, { file: BLUE, from: 0, end: 1000 })
    await postFile(herbarium, upload, RED)
    await completed(herbarium, upload.asset_id)
    expect(await served(upload)).toBe(hash(RED))
  })
})

describe('When something fails between the form and the answer', () => {
  test('complete says so, nothing is lost, and the next complete finishes', async () => {
    const reservation = await posted(RED)
    beforeTake = () => Promise.reject(unavailable(new Error('the store is away')))
    expect((await post(herbarium, `/assets/${reservation.asset_id}/complete`)).status).toBe(503)
    beforeTake = async () => undefined
    await completed(herbarium, reservation.asset_id)
    expect(await served(reservation)).toBe(hash(RED))
  })

  /** The attempt as a node leaves it that dies with the form's file in hand. */
  async function takenBySomebody(assetId: string): Promise<void> {
    const { assets } = herbarium.service.records
    const attempt = (await assets.findUpload(assetId))?.attempt
    if (attempt?.state !== 'open') throw new Error('the upload is not open')
    const after = claimed(attempt, { now: clock.now(), transport: 'bucket' })
    await assets.save({ attempts: [{ before: attempt, after }], events: [] })
  }

  test('whoever has the file in hand is waited for, and no longer than it gives a sign of life', async () => {
    const reservation = await posted(RED)
    await takenBySomebody(reservation.asset_id)
    let isAnswered = false
    const completing = completed(herbarium, reservation.asset_id).finally(() => {
      isAnswered = true
    })
    await delay(600)
    expect(isAnswered).toBe(false)
    clock.advance(SILENT_MS)
    expect(await completing).toMatchObject({ status: 'ready' })
    expect(await served(reservation)).toBe(hash(RED))
  })

  test('many who complete at once have one answer', async () => {
    const reservation = await posted(RED)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => completed(herbarium, reservation.asset_id)),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['ready']))
    expect(await served(reservation)).toBe(hash(RED))
  })
})

describe('A file that was posted in time', () => {
  test('can be completed after the expiry', async () => {
    const reservation = await posted(RED)
    clock.advance(HOUR_MS + 1000)
    await completed(herbarium, reservation.asset_id)
    expect(await served(reservation)).toBe(hash(RED))
  })

  test('is collected when its time is over, and can be completed for a day', async () => {
    const reservation = await posted(RED)
    clock.advance(HOUR_MS + SLOW_FORM_MS + 1000)
    await herbarium.service.sweep()
    const { assets } = herbarium.service.records
    await until(
      () => assets.findUpload(reservation.asset_id),
      upload => upload?.attempt.state === 'received',
    )
    await herbarium.service.sweep()
    await completed(herbarium, reservation.asset_id)
    expect(await served(reservation)).toBe(hash(RED))
  })

  test('goes when nobody has completed it for a day', async () => {
    const reservation = await posted(RED)
    clock.advance(26 * HOUR_MS)
    await herbarium.service.sweep()
    const refusal = await refusalIn(await post(herbarium, `/assets/${reservation.asset_id}/complete`))
    expect(refusal).toMatchObject({ status: 409, code: 'conflict' })
    expect(refusal.message).toContain('/retry')
    expect(await unpublished()).toEqual([])
  })

  test('goes with its asset', async () => {
    const { asset_id } = await uploaded(herbarium)
    await herbarium.call(`/assets/${asset_id}`, { method: 'DELETE' })
    await expect.poll(unpublished).toEqual([])
  })
})

async function tenantWith(quotaBytes: number): Promise<Tenant> {
  const { records, world } = herbarium.service
  const ports = { workspaces: records.workspaces, keys: records.keys, ...world }
  const { id } = await createWorkspace(ports, { name: 'small', quotaBytes })
  const { secret } = await createKey(ports, { workspaceId: id, name: 'k' })
  return herbarium.tenantOf(secret, id)
}
