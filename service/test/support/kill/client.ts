// What the clients of a kill loop do, what they were told, and how it is checked afterwards.
import assert from 'node:assert/strict'
import { createHash, randomInt } from 'node:crypto'
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
  state: 'reserved' | 'uploaded' | 'ready'
  /** Of this asset, on the first project's canvas. */
  nodeIds: string[]
  /** Every success it was told of. */
  answers: ToldAnswer[]
}

export interface ToldAnswer {
  step: 'reserve' | 'retry' | 'upload' | 'complete' | 'attach' | 'direct'
  requestId: string
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

const pathOf = (url: string): string => new URL(url).pathname

export const call = async <T>(wire: Wire, method: string, path: string): Promise<T> =>
  (await ask<T>(wire, method, path)).body

async function ask<T>(
  wire: Wire,
  method: string,
  path: string,
  body?: object | FormData,
): Promise<{ body: T; requestId: string }> {
  const isForm = body instanceof FormData
  const response = await fetch(`${wire.server.origin}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${wire.apiKey}`,
      ...(isForm ? {} : { 'content-type': 'application/json' }),
    },
    ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  // the server under test speaks as its document says
  return { body: (await response.json()) as T, requestId: requestIdOf(response) }
}

const requestIdOf = (response: Response): string => response.headers.get('request-id') ?? ''

const noted = (told: Told, step: ToldAnswer['step'], requestId: string): void =>
  void told.answers.push({ step, requestId })

export async function reserve(wire: Wire, bytes: Buffer<ArrayBuffer>): Promise<Told> {
  const asked = { source: 'signed-url', workspace_id: wire.workspaceId }
  const { body: said, requestId } = await ask<Instructions>(wire, 'POST', '/assets', asked)
  return {
    assetId: said.asset_id,
    url: pathOf(said.url),
    uploadUrl: pathOf(said.upload_url),
    bytes,
    state: 'reserved',
    nodeIds: [],
    answers: [{ step: 'reserve', requestId }],
  }
}

/** Asks for fresh instructions; nothing that was uploaded before counts any more. */
export async function retry(wire: Wire, told: Told): Promise<void> {
  const { body: said, requestId } = await ask<Instructions>(wire, 'POST', `/assets/${told.assetId}/retry`)
  assert.equal(pathOf(said.url), told.url)
  noted(told, 'retry', requestId)
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
  noted(told, 'upload', requestIdOf(response))
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
  noted(told, 'complete', requestId)
}

export async function attach(wire: Wire, told: Told): Promise<void> {
  const path = `/projects/${wire.projectId}/assets/${told.assetId}/attach`
  const { body, requestId } = await ask<{ node_id: string }>(wire, 'POST', path)
  told.nodeIds.push(body.node_id)
  noted(told, 'attach', requestId)
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
  const answers = [{ step: 'direct' as const, requestId }]
  const { asset_id: assetId, url } = said
  return { assetId, url: pathOf(url), uploadUrl: '', bytes, state: 'ready', nodeIds: [], answers }
}

/** What was acknowledged holds; what is not ready becomes so, in three calls at most. Throws where that fails. */
export async function check(wire: Wire, told: Told): Promise<void> {
  const found = await call<{ status: string; url: string }>(wire, 'GET', `/assets/${told.assetId}`)
  assert.equal(pathOf(found.url), told.url)
  if (told.state === 'ready') assert.equal(found.status, 'ready', `${told.assetId} was ready before the kill`)
  if (told.state === 'reserved') {
    assert.equal(found.status, 'pending_upload')
    await retry(wire, told)
    await upload(wire, told)
  }
  if (told.state !== 'ready') await complete(wire, told)
  const served = await fetch(wire.server.origin + told.url)
  assert.equal(served.status, 200, `${told.assetId} is ready and not served`)
  const sha256 = createHash('sha256').update(told.bytes).digest('hex')
  assert.equal(served.headers.get('etag'), `"${sha256}"`)
  assert.ok(Buffer.from(await served.arrayBuffer()).equals(told.bytes), `${told.assetId} has other bytes`)
}

/** As `check`, of every asset, and the nodes that were answered. */
export async function checkAll(wire: Wire, ledger: Told[]): Promise<void> {
  for (let at = 0; at < ledger.length; at += 4)
    await Promise.all(ledger.slice(at, at + 4).map(told => check(wire, told)))
  const nodes = await nodesOf(wire)
  for (const { assetId, nodeIds } of ledger)
    for (const nodeId of nodeIds) assert.equal(nodes.get(nodeId), assetId, `the node ${nodeId} is gone`)
}

/** Which asset each node of the first project shows. */
async function nodesOf(wire: Wire): Promise<Map<string, string>> {
  const nodes = new Map<string, string>()
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: { nodes: { node_id: string; asset_id: string }[]; meta: { next_cursor: string | null } } =
      await call(wire, 'GET', `/projects/${wire.projectId}/nodes?limit=100&cursor=${cursor}`)
    for (const { node_id, asset_id } of page.nodes) nodes.set(node_id, asset_id)
    cursor = page.meta.next_cursor
  }
  return nodes
}
