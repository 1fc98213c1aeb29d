// The steps of an asset's way on an installation that may fail: what verbs begin with, and how all ends well.
import { expect } from 'vitest'
import { runSql } from '../rows.ts'
import { wavOf } from '../samples.ts'
import type { Answer, Installation } from './open-installation.ts'

let nonce = 0
export const someBytes = (bytes = 80_000): Buffer => wavOf(bytes, ++nonce)
/** Names for what must have one, each used once. */
export const fresh = (what: string): string => `${what}-${++nonce}`

export const someKey = (): Record<string, string> => ({ 'idempotency-key': `key-${++nonce}` })

/** What a client says that has sent the same request before. */
export const repeated = (repeats: number): Record<string, string> => ({
  'x-stainless-retry-count': String(repeats),
})

export interface Reserved {
  assetId: string
  uploadUrl: string
  url: string
}

export const reservedIn = ({ body }: Answer): Reserved => ({
  assetId: String(body.asset_id),
  uploadUrl: String(body.upload_url),
  url: String(body.url),
})

/** Answers it, having seen that it is a success. */
export function succeeded(answer: Answer): Answer {
  expect(answer.status, JSON.stringify(answer.body)).toBeOneOf([200, 201, 204])
  return answer
}

export const reserveIn = (at: Installation, said: object = {}, headers: Record<string, string> = {}) =>
  at.call('POST', '/assets', { source: 'signed-url', workspace_id: at.workspaceId, ...said }, headers)

export async function reserved(at: Installation, said: object = {}): Promise<Reserved> {
  return reservedIn(succeeded(await reserveIn(at, said)))
}

export async function uploaded(at: Installation, bytes: Buffer, said: object = {}): Promise<Reserved> {
  const asset = await reserved(at, said)
  succeeded(await at.send(asset.uploadUrl, bytes))
  return asset
}

export const complete = (at: Installation, { assetId }: Reserved) =>
  at.call('POST', `/assets/${assetId}/complete`)

export async function readyAsset(at: Installation): Promise<Reserved> {
  const asset = await uploaded(at, someBytes())
  succeeded(await complete(at, asset))
  return asset
}

export async function expectReady(at: Installation, asset: Reserved, bytes: Buffer): Promise<void> {
  expect((await at.call('GET', `/assets/${asset.assetId}`)).body).toMatchObject({
    status: 'ready',
    size_bytes: bytes.length,
  })
  expect((await at.served(asset.url))?.equals(bytes)).toBe(true)
}

/** How many attempts the asset has had. */
export const attemptsOf = (at: Installation, { assetId }: Reserved): number =>
  runSql(at.dataDir, 'select n from attempts where asset_id = ?', assetId).length

export async function nodesOf(at: Installation, { assetId }: Reserved): Promise<string[]> {
  const { body } = succeeded(await at.call('GET', `/projects/${at.projectId}/nodes?limit=100`))
  const nodes = body.nodes as { node_id: string; asset_id: string }[] // by the document
  return nodes.filter(node => node.asset_id === assetId).map(node => node.node_id)
}

/** Retry, upload, complete: whatever has become of the asset, so it becomes ready. */
export async function finishByRetry(at: Installation, assetId: string): Promise<void> {
  const bytes = someBytes(3000)
  const asset = reservedIn(succeeded(await at.call('POST', `/assets/${assetId}/retry`)))
  succeeded(await at.send(asset.uploadUrl, bytes))
  expect((await complete(at, asset)).body).toMatchObject({ status: 'ready' })
  await expectReady(at, asset, bytes)
}

export function formOf(bytes: Buffer, fields: Record<string, string> = {}): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob([new Uint8Array(bytes)]), 'blob')
  return form
}
