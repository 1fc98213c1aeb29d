// The real program behind a network that breaks: its public address is the proxy's, so everything goes through it.
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { expect } from 'vitest'
import { freePort } from './free-port.ts'
import { firstTenant, type ProcessTenant } from './process-tenant.ts'
import { type Cuts, type CuttingProxy, startCuttingProxy } from './start-cutting-proxy.ts'
import { startProcess, temporaryFolder } from './start-process.ts'

export interface ServerBehindProxy extends ProcessTenant {
  proxy: CuttingProxy
  /** Calls a path below /api/v1 with the tenant's key. */
  call(path: string, init?: RequestInit): Promise<Response>
  /** SIGKILL; then it starts again on the same folder and port. */
  killAndStart(): Promise<void>
  close(): Promise<void>
}

export async function startServerBehindProxy(cuts: Cuts): Promise<ServerBehindProxy> {
  const [dataDir, port] = await Promise.all([temporaryFolder(), freePort()])
  const proxy = await startCuttingProxy(port, cuts)
  const start = () => startProcess({ dataDir, environment: { PORT: String(port), PUBLIC_URL: proxy.origin } })
  let server = await start()
  const tenant = await firstTenant(server)
  return {
    ...tenant,
    proxy,
    call: (path, init = {}) => {
      const headers = new Headers(init.headers)
      headers.set('authorization', `Bearer ${tenant.apiKey}`)
      return fetch(`${proxy.origin}/api/v1${path}`, { ...init, headers })
    },
    killAndStart: async () => {
      await server.close()
      server = await start()
    },
    close: async () => {
      await proxy.close()
      await server.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Completes the asset: it is ready, and exactly these bytes are served under their own hash. Heals the network. */
export async function expectServedBy(place: ServerBehindProxy, assetId: string, file: Buffer): Promise<void> {
  place.proxy.heal()
  const asset = await place.client.assets.complete(assetId)
  expect(asset.status).toBe('ready')
  const served = await fetch(asset.url ?? '')
  const hash = createHash('sha256')
  for await (const chunk of served.body ?? []) hash.update(chunk)
  const sha256 = createHash('sha256').update(file).digest('hex')
  expect(hash.digest('hex')).toBe(sha256)
  expect(served.headers.get('etag')).toBe(`"${sha256}"`)
}
