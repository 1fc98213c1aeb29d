// Whole lives of assets by a client that comes back when it is told to, one for each way that bytes can come.
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { persistently, type Told } from './persistently.ts'
import type { AssetUpload, Reservation } from './reserve.ts'
import type { RunningService } from './start-service.ts'
import { tusHead, tusPatch, tusPost } from './tus.ts'
import { directForm, formToDoor, post, postAsset, postFile, putFile } from './uploads.ts'

/** Who lives it, and what it keeps count of. */
export interface Liver {
  herbarium: RunningService
  told: Told
  /** Where the file with these bytes can be fetched. */
  urlOf(bytes: Buffer): string
}

export interface Life {
  assetId: string
  url: string
  bytes: Buffer<ArrayBuffer>
}

/** A form goes to the service's own door, a post straight to the bucket. */
export type Way = 'form' | 'post' | 'put' | 'tus' | 'direct' | 'url'

const PIECES = 3
const JSON_TYPE = { 'content-type': 'application/json' }

/** From nothing to ready; `name` is unlike any other's, and what is sent twice is known by it. */
export async function live(
  liver: Liver,
  { way, name, bytes }: { way: Way; name: string; bytes: Buffer<ArrayBuffer> },
): Promise<Life> {
  const asset = await {
    form: () => reserved(liver, name, to => sendForm(liver, to, bytes)),
    post: () => reserved(liver, name, to => sendToStore(liver, to, bytes)),
    put: () =>
      reserved(liver, name, to => persistently(() => putFile(liver.herbarium, to, bytes), liver.told)),
    tus: () => reserved(liver, name, to => sendPieces(liver, to, bytes)),
    direct: () => direct(liver, name, bytes),
    url: () => fetched(liver, name, bytes),
  }[way]()
  expect(asset, way).toMatchObject({ status: 'ready' })
  return { assetId: asset.asset_id, url: asset.url ?? '', bytes }
}

/** Takes the asset away again; it may have gone at a try whose answer was that it had failed. */
export async function endLife({ herbarium, told }: Liver, { assetId }: Life): Promise<void> {
  const before = told.refusals
  const gone = await persistently(() => herbarium.call(`/assets/${assetId}`, { method: 'DELETE' }), told)
  expect(told.refusals > before ? [204, 404] : [204]).toContain(gone.status)
}

/** Reserved, given other instructions by a retry, sent to those, completed. */
async function reserved(
  { herbarium, told }: Liver,
  name: string,
  send: (to: Reservation) => Promise<Response>,
): Promise<AssetUpload> {
  const body = JSON.stringify({
    source: 'signed-url',
    workspace_id: herbarium.workspaceId,
    file_name: `${name}.wav`,
  })
  const init = { method: 'POST', headers: { ...JSON_TYPE, 'idempotency-key': name }, body }
  const promised = await assetIn(await persistently(() => herbarium.call('/assets', init), told))
  const again = await persistently(() => post(herbarium, `/assets/${promised.asset_id}/retry`), told)
  const sent = await send((await assetIn(again)) as Reservation) // pending: the instructions are there
  expect(sent.ok, `${name} ${sent.status}`).toBe(true)
  return assetIn(await persistently(() => post(herbarium, `/assets/${promised.asset_id}/complete`), told))
}

const sendForm = ({ herbarium, told }: Liver, to: Reservation, bytes: Buffer) =>
  persistently(() => formToDoor(herbarium, to, bytes), told)

const STORE_TRIES = 600

/** A store that is away takes no connection, or breaks it: nobody is there to say when to come back. */
async function sendToStore({ herbarium }: Liver, to: Reservation, bytes: Buffer): Promise<Response> {
  for (let tries = 0; tries < STORE_TRIES; tries++) {
    const response = await postFile(herbarium, to, bytes).catch(() => undefined)
    if (response !== undefined && response.status < 500) return response
    await delay(50)
  }
  throw new Error('the store did not come back')
}

/** After each refusal it asks where the upload is. */
async function sendPieces({ herbarium, told }: Liver, to: Reservation, bytes: Buffer): Promise<Response> {
  const length = { 'upload-length': String(bytes.length) }
  let answer = await persistently(() => tusPost(herbarium, to.upload_url, length), told)
  for (let n = 1; n <= PIECES && answer.ok; n++) {
    const end = Math.ceil((bytes.length * n) / PIECES)
    answer = await persistently(async () => {
      const at = await tusHead(herbarium, to.upload_url)
      const offset = Number(at.headers.get('upload-offset'))
      if (!at.ok || offset >= end) return at
      return tusPatch(herbarium, to.upload_url, { offset, bytes: bytes.subarray(offset, end) })
    }, told)
  }
  return answer
}

async function direct({ herbarium, told }: Liver, name: string, bytes: Buffer): Promise<AssetUpload> {
  const headers = { 'idempotency-key': name }
  return assetIn(
    await persistently(() => postAsset(herbarium, directForm(herbarium, bytes), { headers }), told),
  )
}

/** What takes longer than its request is asked for until it is there. */
async function fetched({ herbarium, told, urlOf }: Liver, name: string, bytes: Buffer): Promise<AssetUpload> {
  const body = JSON.stringify({ source: urlOf(bytes), workspace_id: herbarium.workspaceId })
  const init = { method: 'POST', headers: { ...JSON_TYPE, 'idempotency-key': name }, body }
  let asset = await assetIn(await persistently(() => herbarium.call('/assets', init), told))
  for (let n = 0; n < 600 && asset.status === 'pending_upload'; n++) {
    await delay(100)
    asset = await assetIn(await persistently(() => herbarium.call(`/assets/${asset.asset_id}`), told))
  }
  return asset
}

async function assetIn(response: Response): Promise<AssetUpload> {
  const body = await response.text()
  expect(response.ok, `${response.status} ${body}`).toBe(true)
  return JSON.parse(body) as AssetUpload // checked against the document by the tenant's fetch
}
