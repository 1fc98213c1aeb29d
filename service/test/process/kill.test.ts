// Killed at any moment, the program starts again and everything it acknowledged is as it was.
import { createHash, randomInt } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { firstTenant } from '../support/process-tenant.ts'
import { wavOf } from '../support/samples.ts'
import { type RunningProcess, startProcess, temporaryFolder } from '../support/start-process.ts'

const KILLS = 5
const CLIENTS = 4

/** What a client was told about one asset: the last answer it saw. */
interface Told {
  assetId: string
  url: string
  uploadUrl: string
  bytes: Buffer<ArrayBuffer>
  /** A step that was begun and never answered may have happened, or not. */
  state: 'reserved' | 'uploaded' | 'ready' | 'attached'
  nodeId?: string
}

interface Wire {
  server: RunningProcess
  apiKey: string
  workspaceId: string
  projectId: string
}

async function call<T>(wire: Wire, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${wire.server.origin}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${wire.apiKey}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

/** Each start picks another port; everything else of a URL stays. */
const here = (wire: Wire, url: string): string => wire.server.origin + new URL(url).pathname

async function sendBytes(wire: Wire, { uploadUrl, bytes }: Told, how: 'put' | 'form'): Promise<void> {
  const form = new FormData()
  form.append('file', new Blob([bytes]))
  const request = how === 'put' ? { method: 'PUT', body: bytes } : { method: 'POST', body: form }
  const response = await fetch(here(wire, uploadUrl), request)
  if (response.status !== 204) throw new Error(`upload: ${response.status} ${await response.text()}`)
}

/** Does the main job over and over until the server is gone; every answer is noted in the ledger. */
async function work(wire: Wire, ledger: Told[], isKilled: () => boolean): Promise<void> {
  for (;;)
    try {
      const bytes = Buffer.from(wavOf(randomInt(1000, 400_000), ledger.length))
      const asset = await call<{ asset_id: string; url: string; upload_url: string }>(
        wire,
        'POST',
        '/assets',
        {
          source: 'signed-url',
          workspace_id: wire.workspaceId,
        },
      )
      const { asset_id: assetId, url, upload_url: uploadUrl } = asset
      const told: Told = { assetId, url, uploadUrl, bytes, state: 'reserved' }
      ledger.push(told)
      await sendBytes(wire, told, randomInt(2) === 0 ? 'put' : 'form')
      told.state = 'uploaded'
      const { status } = await call<{ status: string }>(wire, 'POST', `/assets/${assetId}/complete`)
      if (status !== 'ready') throw new Error(`complete answered ${status}`)
      told.state = 'ready'
      const attach = `/projects/${wire.projectId}/assets/${assetId}/attach`
      told.nodeId = (await call<{ node_id: string }>(wire, 'POST', attach)).node_id
      told.state = 'attached'
    } catch (error) {
      if (!isKilled()) throw error
      return
    }
}

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

/** What was acknowledged holds; what was only begun can be finished, and then is noted as ready. */
async function check(wire: Wire, told: Told): Promise<void> {
  const path = `/assets/${told.assetId}`
  const found = await call<{ status: string; url: string }>(wire, 'GET', path)
  expect(found.url).toBe(here(wire, told.url))
  const isReadyForSure = told.state === 'ready' || told.state === 'attached'
  if (told.state === 'reserved') {
    expect(found.status).toBe('pending_upload')
    await sendBytes(wire, told, 'put')
  }
  if (isReadyForSure) expect(found.status).toBe('ready')
  else {
    expect(['pending_upload', 'ready']).toContain(found.status)
    expect(await call(wire, 'POST', `${path}/complete`)).toMatchObject({ status: 'ready' })
    told.state = 'ready'
  }
  const served = await fetch(here(wire, told.url))
  expect(served.status).toBe(200)
  const sha256 = createHash('sha256').update(told.bytes).digest('hex')
  expect(served.headers.get('etag')).toBe(`"${sha256}"`)
  expect(Buffer.from(await served.arrayBuffer()).equals(told.bytes)).toBe(true)
}

test(`${KILLS} kills while ${CLIENTS} clients work lose nothing that was acknowledged`, {
  timeout: 60_000,
}, async () => {
  const dataDir = await temporaryFolder()
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const start = () => startProcess({ dataDir })
  const ledger: Told[] = []
  const states = new Set<string>()
  for (let kill = 0; kill <= KILLS; kill++) {
    const server = await start()
    onTestFinished(() => server.close())
    expect(server.readyMs).toBeLessThan(5000)
    const { apiKey, workspaceId, projectId } = await firstTenant(server)
    const wire: Wire = { server, apiKey, workspaceId, projectId }
    for (const { state } of ledger) states.add(state)
    for (const told of ledger) await check(wire, told)
    const nodes = await nodesOf(wire)
    for (const { nodeId, assetId } of ledger)
      if (nodeId !== undefined) expect(nodes.get(nodeId)).toBe(assetId)
    if (kill === KILLS) break
    let isKilled = false
    const working = Array.from({ length: CLIENTS }, () => work(wire, ledger, () => isKilled))
    await Promise.race([delay(randomInt(20, 500)), ...working])
    isKilled = true
    server.child.kill('SIGKILL')
    await Promise.all([...working, server.exited])
  }
  expect(ledger.length).toBeGreaterThan(KILLS)
  expect(states).toContain('attached')
})
