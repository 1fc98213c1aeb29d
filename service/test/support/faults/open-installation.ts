// An installation whose servants fail as planned, and which can be left where it stands and opened again.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDisk } from '../../../src/blobs/disk/open-disk.ts'
import { readSettings } from '../../../src/config/config.ts'
import { randomIds } from '../../../src/ground/ids.ts'
import type { openMedia } from '../../../src/media/open-media.ts'
import { openService, type Service, type World } from '../../../src/service.ts'
import type { Installation as KeptInstallation } from '../../../src/upkeep/ports.ts'
import { begin } from '../../../src/workspaces/begin.ts'
import { rawRequest } from '../raw-request.ts'
import { createTestClock, type TestClock } from '../test-clock.ts'
import { failingServants } from './around-servants.ts'
import { createFaults, type Faults } from './faults.ts'

export interface Answer {
  status: number
  /** What was parsed from the body; empty where it has none. */
  body: Record<string, unknown>
}

export interface TusAnswer extends Answer {
  /** Upload-Offset, where it says one. */
  offset: number | undefined
}

export interface Installation {
  dataDir: string
  clock: TestClock
  workspaceId: string
  projectId: string
  /** Of the servants as they are opened now. */
  readonly faults: Faults
  /** A path below /api/v1 with the key, and JSON. */
  call(method: string, path: string, json?: object, headers?: Record<string, string>): Promise<Answer>
  /** A form to a path below /api/v1. */
  form(path: string, form: FormData, headers?: Record<string, string>): Promise<Answer>
  /** The path of any URL of this installation, without a key; bytes are PUT, a form is POSTed. */
  send(url: string, body: Uint8Array | FormData): Promise<Answer>
  /** A request of the tus protocol to an upload URL of this installation. */
  tus(method: string, url: string, headers?: Record<string, string>, bytes?: Uint8Array): Promise<TusAnswer>
  /** The bytes at a URL, or undefined where they are not served. */
  served(url: string): Promise<Buffer | undefined>
  sweep(): Promise<unknown>
  /** What verify and repair act on. */
  upkeep(): Promise<KeptInstallation & { clock: TestClock }>
  /** Leaves the process as it stands, crashed or not, and starts another on the same folder. */
  reopen(): Promise<void>
  close(): Promise<void>
}

export interface InstallationOptions {
  /** A servant that all installations of a test file share: starting its processes takes most of a start. */
  media: ReturnType<typeof openMedia>
  environment?: Record<string, string>
  world?: Partial<World>
}

export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'herbarium-faults-'))
  const clock = createTestClock()
  let running = await openRunning(dataDir, clock, options)
  const { records } = running.service
  const apiKey = await begin({ workspaces: records.workspaces, clock, ids: randomIds })
  if (apiKey === undefined) throw new Error('a fresh folder had a beginning already')
  const [workspace] = await records.workspaces.list()
  const workspaceId = workspace?.id ?? ''
  const [project] = (await records.projects.list({ workspaceId }, { limit: 1 })).items
  const ask = (method: string, path: string, body?: Uint8Array | undefined, headers = {}) =>
    rawRequest(running.origin, path, { method, body, headers })
  const authorization = `Bearer ${apiKey}`
  const api = (path: string) => `/api/v1${path}`
  return {
    dataDir,
    clock,
    workspaceId,
    projectId: project?.id ?? '',
    get faults() {
      return running.faults
    },
    call: async (method, path, json, headers = {}) => {
      const type = json === undefined ? {} : { 'content-type': 'application/json' }
      const body = json === undefined ? undefined : Buffer.from(JSON.stringify(json))
      return answerOf(await ask(method, api(path), body, { authorization, ...type, ...headers }))
    },
    form: async (path, form, headers = {}) => {
      const { body, type } = await encoded(form)
      const all = { authorization, 'content-type': type, ...headers }
      return answerOf(await ask('POST', api(path), body, all))
    },
    send: async (url, body) => {
      const { pathname } = new URL(url)
      if (!(body instanceof FormData)) return answerOf(await ask('PUT', pathname, body))
      const form = await encoded(body)
      return answerOf(await ask('POST', pathname, form.body, { 'content-type': form.type }))
    },
    tus: async (method, url, headers = {}, bytes = undefined) => {
      const all = { 'tus-resumable': '1.0.0', ...headers }
      const answer = await ask(method, new URL(url).pathname, bytes, all)
      const said = answer.headers['upload-offset']
      return { ...answerOf(answer), offset: said === undefined ? undefined : Number(said) }
    },
    served: async url => {
      const answer = await ask('GET', new URL(url).pathname)
      return answer.status === 200 ? answer.body : undefined
    },
    sweep: () => running.service.sweep(),
    upkeep: async () => {
      const { assets, upkeep } = running.service.records
      return { assets, upkeep, clock, blobs: await openDisk(path.join(dataDir, 'blobs'), { asIs: true }) }
    },
    reopen: async () => {
      await running.service.close()
      running = await openRunning(dataDir, clock, options)
    },
    close: async () => {
      await running.service.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

interface Running {
  service: Service
  faults: Faults
  origin: string
}

async function openRunning(
  dataDir: string,
  clock: TestClock,
  { media, environment, world }: InstallationOptions,
): Promise<Running> {
  const faults = createFaults()
  const { config } = readSettings({ PORT: '0', LOG_LEVEL: 'silent', DATA_DIR: dataDir, ...environment })
  const service = await openService(config, {
    clock,
    ids: randomIds,
    ...world,
    around: servants => ({
      ...failingServants(servants, faults),
      media: { ...media, close: servants.media.close },
    }),
  })
  await service.listen()
  await faults.ended('blobs.leftovers') // the sweep that each start begins with, which would be counted too
  return { service, faults, origin: new URL(service.urls.api()).origin }
}

async function encoded(form: FormData): Promise<{ body: Buffer; type: string }> {
  const request = new Response(form)
  return {
    body: Buffer.from(await request.arrayBuffer()),
    type: request.headers.get('content-type') ?? '',
  }
}

const answerOf = ({ status, body }: { status: number; body: Buffer }): Answer => ({
  status,
  body: body.length === 0 ? {} : JSON.parse(body.toString('utf8')),
})
