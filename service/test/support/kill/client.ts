// What the clients of a kill loop do, and what they were told.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import type { RunningProcess } from '../start-process.ts'
import { head, openWire } from '../wire.ts'

/** What a client was told about one asset: only answers it has seen. */
export interface Told {
  assetId: string
  /** URLs are kept as paths: each start listens on another port. */
  url: string
  uploadUrl: string
  bytes: Buffer<ArrayBuffer>
  /** A step that was begun and never answered may have happened, or not. */
  state: 'reserved' | 'uploaded' | 'ready' | 'deleted'
  /** Asked for and perhaps never answered, so that it may have happened or not. */
  unsure: Set<'retry' | 'delete'>
  /** Of an upload in parts: so many bytes were answered for, and so many were sent. */
  parts: { sure: number; sent: number; isLengthKnown: boolean } | undefined
  /** Of this asset, on the first project's canvas. */
  nodeIds: string[]
  /** Every success it was told of. */
  answers: ToldAnswer[]
}

export interface ToldAnswer {
  step: 'reserve' | 'retry' | 'upload' | 'part' | 'complete' | 'attach' | 'direct' | 'delete'
  requestId: string
  /** The bytes that it rests on, all together. */
  bytes: number
}

export interface Wire {
  server: RunningProcess
  apiKey: string
  workspaceId: string
  projectId: string
}

interface Instructions {
  asset_id: string
  url: string
  upload_url: string
}

export const pathOf = (url: string): string => new URL(url).pathname

export const call = async <T>(wire: Wire, method: string, path: string): Promise<T> =>
  (await ask<T>(wire, method, path)).body

async function ask<T>(
  wire: Wire,
  method: string,
  path: string,
  body?: object | FormData,
): Promise<{ body: T; requestId: string }> {
  const response = await answerTo(wire, { method, path, body })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  // the server under test speaks as its document says
  return { body: (await response.json()) as T, requestId: requestIdOf(response) }
}

/** Whatever it is. */
export function answerTo(
  wire: Wire,
  { method, path, body }: { method: string; path: string; body?: object | FormData | undefined },
): Promise<Response> {
  const isForm = body instanceof FormData
  return fetch(`${wire.server.origin}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${wire.apiKey}`,
      ...(isForm || body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
  })
}

export const requestIdOf = (response: Response): string => response.headers.get('request-id') ?? ''

export const noted = (
  told: Told,
  step: ToldAnswer['step'],
  { requestId, bytes = told.bytes.length }: { requestId: string; bytes?: number },
): void => void told.answers.push({ step, requestId, bytes })

export async function reserve(wire: Wire, bytes: Buffer<ArrayBuffer>): Promise<Told> {
  const asked = { source: 'signed-url', workspace_id: wire.workspaceId }
  const { body: said, requestId } = await ask<Instructions>(wire, 'POST', '/assets', asked)
  return {
    assetId: said.asset_id,
    url: pathOf(said.url),
    uploadUrl: pathOf(said.upload_url),
    bytes,
    state: 'reserved',
    unsure: new Set(),
    parts: undefined,
    nodeIds: [],
    answers: [{ step: 'reserve', requestId, bytes: bytes.length }],
  }
}

/** Asks for fresh instructions; of what was uploaded before only parts still count. */
export async function retry(wire: Wire, told: Told): Promise<void> {
  told.unsure.add('retry')
  const { body: said, requestId } = await ask<Instructions>(wire, 'POST', `/assets/${told.assetId}/retry`)
  assert.equal(pathOf(said.url), told.url)
  noted(told, 'retry', { requestId })
  told.unsure.delete('retry')
  told.uploadUrl = pathOf(said.upload_url)
  told.state = 'reserved'
}

/** An upload that this client has cut may reach the server after this one, and overtakes it then: sent again. */
export async function upload(wire: Wire, told: Told, triesLeft = 3): Promise<void> {
  const form = new FormData()
  form.append('file', new Blob([told.bytes]))
  const how = randomInt(2) === 0 ? { method: 'PUT', body: told.bytes } : { method: 'POST', body: form }
  const response = await fetch(wire.server.origin + told.uploadUrl, how)
  if (response.status === 409 && triesLeft > 0) return upload(wire, told, triesLeft - 1)
  if (response.status !== 204) throw new Error(`upload: ${response.status} ${await response.text()}`)
  told.state = 'uploaded'
  noted(told, 'upload', { requestId: requestIdOf(response) })
}

/** Begins an upload and cuts the connection somewhere in its bytes. */
export async function abortUpload(wire: Wire, told: Told): Promise<void> {
  const raw = await openWire(wire.server.origin)
  await raw.write(head(`PUT ${told.uploadUrl}`, { 'content-length': told.bytes.length }))
  await raw.write(told.bytes.subarray(0, randomInt(told.bytes.length)))
  raw.cut()
}

export async function complete(wire: Wire, told: Told): Promise<void> {
  const path = `/assets/${told.assetId}/complete`
  const { body, requestId } = await ask<{ status: string }>(wire, 'POST', path)
  assert.equal(body.status, 'ready', `complete answered ${body.status}`)
  told.state = 'ready'
  noted(told, 'complete', { requestId })
}

export async function attach(wire: Wire, told: Told): Promise<void> {
  const path = `/projects/${wire.projectId}/assets/${told.assetId}/attach`
  const { body, requestId } = await ask<{ node_id: string }>(wire, 'POST', path)
  told.nodeIds.push(body.node_id)
  noted(told, 'attach', { requestId })
}

export async function remove(wire: Wire, told: Told): Promise<void> {
  told.unsure.add('delete')
  const response = await answerTo(wire, { method: 'DELETE', path: `/assets/${told.assetId}` })
  if (response.status !== 204) throw new Error(`delete: ${response.status} ${await response.text()}`)
  told.state = 'deleted'
  noted(told, 'delete', { requestId: requestIdOf(response) })
}

export async function storeDirectly(wire: Wire, bytes: Buffer<ArrayBuffer>): Promise<Told> {
  const form = new FormData()
  form.append('workspace_id', wire.workspaceId)
  form.append('file', new Blob([bytes]))
  const { body: said, requestId } = await ask<Instructions & { status: string }>(
    wire,
    'POST',
    '/assets',
    form,
  )
  assert.equal(said.status, 'ready')
  const { asset_id: assetId, url } = said
  return {
    assetId,
    url: pathOf(url),
    uploadUrl: '',
    bytes,
    state: 'ready',
    unsure: new Set(),
    parts: undefined,
    nodeIds: [],
    answers: [{ step: 'direct', requestId, bytes: bytes.length }],
  }
}
