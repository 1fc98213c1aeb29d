// URLs of private media: what hands them out, and POST /assets/{asset_id}/sign.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKey } from '../../src/keys/create.ts'
import { type ReadySample, readyAsset } from '../support/ready-asset.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { postJson, type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { allow, signedTenant } from '../support/signed-tenant.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { completed, directForm, putFile, retried } from '../support/uploads.ts'

const WEEK = 604_800
const SIGNED = /\/media\/[\w-]{30}(\/[\w.-]+)?\?expires=\d+&signature=[0-9a-f]{8}\.[\w-]{43}$/

const clock = createTestClock()
let herbarium: RunningService
let tenant: Tenant
let picture: ReadySample
beforeAll(async () => {
  herbarium = await startService({ world: { clock }, environment: { RATE_LIMIT: '1000' } })
  tenant = await signedTenant(herbarium)
  picture = await readyAsset(tenant, await sampleBytes('i.png'), 'picture.png')
})
afterAll(() => herbarium.close())

interface SignedUrl {
  asset_id: string
  url: string
  expires_at: string | null
}

const signing = (caller: Tenant, assetId: string, body?: object): Promise<Response> =>
  body === undefined
    ? caller.call(`/assets/${assetId}/sign`, { method: 'POST' })
    : postJson(caller, `/assets/${assetId}/sign`, body)

async function signed(caller: Tenant, assetId: string, body?: object): Promise<SignedUrl> {
  const answer = await signing(caller, assetId, body)
  expect(answer.status).toBe(200)
  return (await answer.json()) as SignedUrl // checked against the document by the tenant's fetch
}

const statusAt = async (url: string): Promise<number> => (await herbarium.fetch(url)).status

describe('answers of a workspace whose media are private', () => {
  test('have a signed url, from the reservation on', async () => {
    const reservation = await reserve(tenant, { file_name: 'fern.png' })
    expect(reservation.url).toMatch(SIGNED)
    await putFile(herbarium, reservation, Buffer.from('words'))
    expect((await completed(tenant, reservation.asset_id)).url).toMatch(SIGNED)
    const again = await retried(tenant, reservation.asset_id)
    expect(again.url).toMatch(SIGNED)
    await putFile(herbarium, again, picture.bytes)
    const ready = await completed(tenant, reservation.asset_id)
    for (const { url } of [reservation, again, ready]) expect(await statusAt(url)).toBe(200)
  })

  test('have it for direct uploads, many at once, lists and canvases', async () => {
    const form = directForm(tenant, picture.bytes)
    const direct = (await (
      await tenant.call('/assets', { method: 'POST', body: form })
    ).json()) as Reservation
    expect(await statusAt(direct.url)).toBe(200)
    const asked = {
      workspace_id: tenant.workspaceId,
      assets: [{ file_name: 'a.png' }, { file_name: 'b.png' }],
    }
    const batch = await (await postJson(tenant, '/assets/batch', asked)).json()
    const { results } = batch as { results: { asset: Reservation }[] }
    expect(results.map(({ asset }) => SIGNED.test(asset.url))).toEqual([true, true])
    const list = await tenant.call(`/assets?workspace_id=${tenant.workspaceId}&status=ready`)
    const listed = (await list.json()) as { assets: Reservation[] }
    for (const { url } of listed.assets) expect(await statusAt(url)).toBe(200)
    expect(listed.assets.length).toBeGreaterThan(1)
    const made = await postJson(tenant, '/projects', { workspace_id: tenant.workspaceId, name: 'Meadow' })
    const { project_id: projectId } = (await made.json()) as { project_id: string }
    await tenant.call(`/projects/${projectId}/assets/${picture.assetId}/attach`, { method: 'POST' })
    const nodes = (await (await tenant.call(`/projects/${projectId}/nodes`)).json()) as {
      nodes: { url: string }[]
    }
    expect(nodes.nodes.map(({ url }) => SIGNED.test(url))).toEqual([true])
    expect(await statusAt(nodes.nodes[0]?.url ?? 'no node')).toBe(200)
  })

  test('that are given again have a url that is good again', async () => {
    const headers = { 'idempotency-key': 'one-fern' }
    const create = async () => {
      const body = directForm(tenant, picture.bytes)
      const answer = await tenant.call('/assets', { method: 'POST', headers, body })
      return (await answer.json()) as Reservation
    }
    const first = await create()
    clock.advance(2 * 3_600_000)
    const replayed = await create()
    expect(replayed.asset_id).toBe(first.asset_id)
    expect([await statusAt(first.url), await statusAt(replayed.url)]).toEqual([403, 200])
  })

  test('give whoever has the upload token the url of its asset', async () => {
    const reservation = await reserve(tenant, { file_name: 'mine.png' })
    await putFile(herbarium, reservation, picture.bytes)
    const holder = herbarium.tenantOf(reservation.upload.token, tenant.workspaceId)
    expect(await statusAt((await completed(holder, reservation.asset_id)).url)).toBe(200)
  })

  test('of everyone else are as they were', async () => {
    const { url } = await readyAsset(herbarium, picture.bytes, 'open.png')
    expect(url).toMatch(/\/media\/[\w-]{30}\/open\.png$/)
  })
})

describe('POST /assets/{asset_id}/sign', () => {
  test('gives a url for as long as it is asked, and an hour where it is not', async () => {
    const now = clock.now()
    for (const [body, seconds] of [
      [undefined, 3600],
      [{}, 3600],
      [{ expires_in: 1 }, 1],
      [{ expires_in: 60 }, 60],
      [{ expires_in: WEEK }, WEEK],
    ] as const) {
      const { asset_id, url, expires_at } = await signed(tenant, picture.assetId, body)
      expect(asset_id).toBe(picture.assetId)
      expect(url).toMatch(SIGNED)
      const expires = Date.parse(expires_at ?? '')
      expect(new URL(url).searchParams.get('expires')).toBe(String(expires / 1000))
      expect(Math.abs(expires - now - seconds * 1000)).toBeLessThan(10_000)
    }
  })

  test('gives one that ends on time', async () => {
    const { url } = await signed(tenant, picture.assetId, { expires_in: 60 })
    expect(await statusAt(url)).toBe(200)
    clock.advance(61_000)
    expect(await statusAt(url)).toBe(403)
  })

  test('gives the plain url, for ever, where media are public', async () => {
    const open = await readyAsset(herbarium, picture.bytes, 'open.png')
    expect(await signed(herbarium, open.assetId, { expires_in: 60 })).toEqual({
      asset_id: open.assetId,
      url: open.url,
      expires_at: null,
    })
  })

  test.each([0, -1, 1.5, WEEK + 1, '60', null, Number.MAX_SAFE_INTEGER])(
    'refuses %j seconds',
    async expires_in => {
      const refused = await refusalIn(await signing(tenant, picture.assetId, { expires_in }))
      expect(refused).toMatchObject({ status: 400, fields: ['expires_in'] })
    },
  )

  test('refuses an asset that is not ready, and says what makes it so', async () => {
    const reservation = await reserve(tenant)
    const pending = await refusalIn(await signing(tenant, reservation.asset_id))
    expect(pending).toMatchObject({
      status: 409,
      code: 'conflict',
      message: expect.stringMatching(/complete it/),
    })
    expect(pending.shouldRetry).toBeNull()
    await putFile(herbarium, reservation, Buffer.from('words'))
    await completed(tenant, reservation.asset_id)
    const failed = await refusalIn(await signing(tenant, reservation.asset_id))
    expect(failed).toMatchObject({
      status: 409,
      message: expect.stringMatching(/retry it/),
      shouldRetry: 'false',
    })
  })

  test('is for keys of the workspace alone: others find no such asset, and an upload token may not', async () => {
    for (const stranger of [herbarium, await signedTenant(herbarium)])
      expect(await refusalIn(await signing(stranger, picture.assetId))).toMatchObject({ status: 404 })
    const { upload, asset_id } = await reserve(tenant)
    const holder = herbarium.tenantOf(upload.token, tenant.workspaceId)
    expect(await refusalIn(await signing(holder, asset_id))).toMatchObject({ status: 403, code: 'forbidden' })
  })

  test('needs assets:read', async () => {
    const ports = { keys: herbarium.service.records.keys, ...herbarium.service.world }
    const keyWith = async (scope: 'assets:read' | 'assets:write') => {
      const said = { workspaceId: tenant.workspaceId, name: scope, scopes: [scope] }
      return herbarium.tenantOf((await createKey(ports, said)).secret, tenant.workspaceId)
    }
    expect((await signing(await keyWith('assets:read'), picture.assetId)).status).toBe(200)
    expect((await signing(await keyWith('assets:write'), picture.assetId)).status).toBe(403)
  })

  test('follows the workspace at once', async () => {
    const turning = await herbarium.newTenant()
    const { assetId, url } = await readyAsset(turning, picture.bytes, 'turning.png')
    await allow(herbarium, turning, 'signed')
    expect((await signed(turning, assetId)).url).toMatch(SIGNED)
    await allow(herbarium, turning, 'public')
    expect((await signed(turning, assetId)).url).toBe(url)
  })
})
