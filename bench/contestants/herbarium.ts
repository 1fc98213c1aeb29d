// Our own server with everything on, as `npm start` runs it, and its API as a client uses it.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { askOk, type Connection } from '../load/connection.ts'
import { formOf } from '../load/form.ts'
import type { MediaFile } from '../load/media.ts'
import { type Contestant, start } from './start.ts'

export interface Herbarium extends Contestant {
  key: string
  workspaceId: string
  reserve(connection: Connection, file: MediaFile): Promise<Reserved>
  upload(connection: Connection, reserved: Reserved, file: MediaFile): Promise<void>
  complete(connection: Connection, assetId: string): Promise<Ready>
  /** Of bytes that must be refused; throws unless they are. */
  completeInVain(connection: Connection, assetId: string): Promise<void>
  get(connection: Connection, assetId: string): Promise<void>
  /** Answers the cursor of the next page. */
  list(connection: Connection, query: Record<string, string>): Promise<string | null>
  remove(connection: Connection, assetId: string): Promise<void>
}

export interface Reserved {
  assetId: string
  /** Path and fields of the form. */
  path: string
  fields: Record<string, string>
}

export interface Ready {
  assetId: string
  /** The media URL's path. */
  path: string
}

const LAUNCHER = path.join(import.meta.dirname, '../../service/bin/herbarium.js')

export interface HerbariumOptions {
  environment?: Record<string, string>
  folder?: string
  /** Arguments for Node, before the program's. */
  nodeArgs?: string[]
  /** Another build to compare with: a clone's root. */
  launcher?: string
  key?: string
}

export async function startHerbarium(options: HerbariumOptions = {}): Promise<Herbarium> {
  const contestant = await start({
    args: [...(options.nodeArgs ?? []), options.launcher ?? LAUNCHER, 'serve'],
    environment: {
      PORT: '0',
      MAX_PENDING_PER_WORKSPACE: '1000000',
      RATE_LIMIT: 'off',
      ...options.environment,
    },
    listens: /API base +(\S+)\/api\/v1\n/,
    ...(options.folder === undefined ? {} : { folder: options.folder }),
  })
  const key = options.key ?? (await readFile(path.join(contestant.folder, 'first-key.txt'), 'utf8')).trim()
  const workspaceId = await findWorkspace(contestant, key)
  return { ...contestant, key, workspaceId, ...createApi(key, workspaceId) }
}

async function findWorkspace({ origin }: Contestant, key: string): Promise<string> {
  const answer = await fetch(`${origin}/api/v1/workspaces`, { headers: { authorization: `Bearer ${key}` } })
  const { workspaces } = (await answer.json()) as { workspaces: { workspace_id: string }[] } // as our document says
  const [first] = workspaces
  if (first === undefined) throw new Error('the key has no workspace')
  return first.workspace_id
}

function createApi(key: string, workspaceId: string) {
  const authorization = `Bearer ${key}`
  const ask = async (connection: Connection, method: string, path: string, json?: object) => {
    const body = json === undefined ? [] : [Buffer.from(JSON.stringify(json))]
    const headers = { authorization, ...(json === undefined ? {} : { 'content-type': 'application/json' }) }
    const answer = await askOk(connection, { method, path: `/api/v1${path}`, headers, body })
    return answer.status === 204 ? undefined : JSON.parse(answer.body.toString())
  }
  return {
    reserve: async (connection: Connection, file: MediaFile): Promise<Reserved> => {
      const said = await ask(connection, 'POST', '/assets', {
        source: 'signed-url',
        workspace_id: workspaceId,
        file_name: file.name,
        content_type: file.contentType,
        folder: 'bench',
      })
      return {
        assetId: said.asset_id,
        path: new URL(said.upload.url).pathname,
        fields: said.upload.form_fields,
      }
    },
    upload: async (connection: Connection, { path, fields }: Reserved, file: MediaFile) => {
      await askOk(connection, { method: 'POST', path, ...formOf(fields, file) })
    },
    complete: async (connection: Connection, assetId: string): Promise<Ready> => {
      const said = await ask(connection, 'POST', `/assets/${assetId}/complete`)
      if (said.status !== 'ready') throw new Error(`complete: ${JSON.stringify(said)}`)
      return { assetId, path: new URL(said.url).pathname }
    },
    completeInVain: async (connection: Connection, assetId: string) => {
      const said = await ask(connection, 'POST', `/assets/${assetId}/complete`)
      if (said.status !== 'failed') throw new Error(`complete: ${JSON.stringify(said)}`)
    },
    get: async (connection: Connection, assetId: string) => {
      await ask(connection, 'GET', `/assets/${assetId}`)
    },
    list: async (connection: Connection, query: Record<string, string>) => {
      const said = await ask(connection, 'GET', `/assets?${new URLSearchParams(query)}`)
      return said.meta.next_cursor
    },
    remove: async (connection: Connection, assetId: string) => {
      await ask(connection, 'DELETE', `/assets/${assetId}`)
    },
  }
}
