// A real service on a port of its own, with its data in a folder that is removed afterwards.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { FLORA } from '@flora-ai/flora'
import { readSettings } from '../../src/config/config.ts'
import { systemClock } from '../../src/ground/clock.ts'
import { randomIds } from '../../src/ground/ids.ts'
import { createKey } from '../../src/keys/create.ts'
import { openService, type Service, type World } from '../../src/service.ts'
import { begin } from '../../src/workspaces/begin.ts'
import { createWorkspace } from '../../src/workspaces/create.ts'
import { type CheckedFetch, createCheckedFetch } from './checked-fetch.ts'
import { openTestBytes } from './test-bytes.ts'
import { makeRows, type TestRows } from './test-rows.ts'

/** Who uses the service in a test: a key, its workspace, and the official client with both. */
export interface Tenant {
  apiKey: string
  workspaceId: string
  client: FLORA
  /** Calls a path below /api/v1 with the tenant's key; the answer has been checked against the OpenAPI document. */
  call(path: string, init?: RequestInit): Promise<Response>
}

export interface RunningService extends Tenant {
  service: Service
  dataDir: string
  /** What a command beside it needs to find the same rows and bytes. */
  environment: Record<string, string>
  /** The rows behind the service. */
  rows: Omit<TestRows, 'remove'>
  projectId: string
  /** `http://127.0.0.1:PORT` */
  origin: string
  /** Any URL, without a key; answers of the API are checked too. */
  fetch: CheckedFetch
  /** Someone with a key that a test made itself. */
  tenantOf(apiKey: string, workspaceId: string): Tenant
  /** Another workspace with a key of its own. */
  newTenant(): Promise<Tenant>
  /** The keys of everything that is stored: files under the data folder's blobs, or objects and open uploads. */
  files(): Promise<string[]>
  /** Takes bytes away behind the service's back. */
  removeBytes(key: string): Promise<void>
  /** Stops the service as SIGTERM does and starts it on the same folder, with the same keys. */
  restart(): Promise<void>
  close(): Promise<void>
}

export interface StartOptions {
  /** Variables of the environment, as an operator sets them. */
  environment?: Record<string, string>
  world?: Partial<World>
}

export async function startService(options: StartOptions = {}): Promise<RunningService> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'herbarium-'))
  const world: World = { clock: systemClock, ids: randomIds, ...options.world }
  const [rows, bytes] = [await makeRows(dataDir), await openTestBytes(dataDir)]
  const environment = { ...rows.environment, ...bytes.environment, ...options.environment }
  const open = () => openListening(dataDir, world, environment)
  let service = await open()
  const firstKey = await begin({ workspaces: service.records.workspaces, ...world })
  if (firstKey === undefined) throw new Error('a fresh folder had a beginning already')
  const fetch = createCheckedFetch(() => service.urls.api())
  const tenantOf = (apiKey: string, workspaceId: string) =>
    createTenant({ apiKey, workspaceId, baseUrl: () => service.urls.api(), fetch })
  const [workspace] = await service.records.workspaces.list()
  const workspaceId = workspace?.id ?? ''
  const projects = await service.records.projects.list({ workspaceId }, { limit: 1 })
  const tenant = tenantOf(firstKey, workspaceId)
  return {
    ...tenant,
    get client() {
      return tenant.client // made for the address of now: each start has another
    },
    get service() {
      return service
    },
    get origin() {
      return new URL(service.urls.api()).origin
    },
    dataDir,
    environment: { DATA_DIR: dataDir, ...environment },
    rows,
    projectId: projects.items[0]?.id ?? '',
    fetch,
    tenantOf,
    newTenant: async () => {
      const other = await createWorkspace(
        { workspaces: service.records.workspaces, ...world },
        { name: 'other' },
      )
      const { secret } = await createKey(
        { keys: service.records.keys, ...world },
        { workspaceId: other.id, name: 'other key' },
      )
      return tenantOf(secret, other.id)
    },
    files: bytes.files,
    removeBytes: bytes.remove,
    restart: async () => {
      await service.close()
      service = await open()
    },
    close: async () => {
      await service.close()
      await rows.remove()
      await bytes.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export async function openListening(
  dataDir: string,
  world: World,
  environment: Record<string, string>,
): Promise<Service> {
  const { config, complaints } = readSettings({
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATA_DIR: dataDir,
    ...environment,
  })
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
  const service = await openService(config, world)
  await service.listen()
  return service
}

export function createTenant(options: {
  apiKey: string
  workspaceId: string
  baseUrl: () => string
  fetch: CheckedFetch
}): Tenant {
  const { apiKey, workspaceId, baseUrl, fetch } = options
  return {
    apiKey,
    workspaceId,
    get client() {
      return new FLORA({ apiKey, baseURL: baseUrl(), fetch, maxRetries: 0 })
    },
    call: (path, init = {}) => {
      const headers = new Headers(init.headers)
      headers.set('authorization', `Bearer ${apiKey}`)
      return fetch(`${baseUrl()}${path}`, { ...init, headers })
    },
  }
}
