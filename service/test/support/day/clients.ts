// Clients that bring one picture after the other all day long, with the official client and its own retries.
import { setTimeout as delay } from 'node:timers/promises'
import { FLORA } from '@flora-ai/flora'

/** As many as a client is sure to make whose requests are to be answered. */
const RETRIES = 6
const PAUSE_MS = 20

export interface Clients {
  /** What they bring from now on they bring with this key. */
  apiKey: string
  /** The assets that were brought, in order. */
  ready: string[]
  /** Everything that no retry has healed. */
  errors: string[]
  /** Resolves once each of so many more pictures is ready. */
  more(count: number): Promise<void>
  stop(): Promise<void>
}

interface Place {
  origin: string
  apiKey: string
  workspaceId: string
  picture: Uint8Array<ArrayBuffer>
}

export function startDayOfClients({ origin, apiKey, workspaceId, picture }: Place, count: number): Clients {
  let isOver = false
  const clients: Clients = {
    apiKey,
    ready: [],
    errors: [],
    more: async wanted => {
      const goal = clients.ready.length + wanted
      while (clients.ready.length < goal && clients.errors.length === 0) await delay(PAUSE_MS)
    },
    stop: async () => {
      isOver = true
      await done
    },
  }
  const work = async () => {
    while (!isOver) {
      const client = new FLORA({ baseURL: `${origin}/api/v1`, apiKey: clients.apiKey, maxRetries: RETRIES })
      await bringOne(client, workspaceId, picture).then(
        id => clients.ready.push(id),
        error => clients.errors.push(error instanceof Error ? `${error.stack}` : String(error)),
      )
      await delay(PAUSE_MS)
    }
  }
  const done = Promise.all(Array.from({ length: count }, work)).then(() => undefined)
  return clients
}

async function bringOne(
  client: FLORA,
  workspaceId: string,
  picture: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const reserved = await client.assets.create({
    workspace_id: workspaceId,
    source: 'signed-url',
    file_name: 'fern.png',
    content_type: 'image/png',
  })
  if (reserved.upload_url === undefined) throw new Error('a reservation has an upload_url')
  await put(reserved.upload_url, picture)
  const { status } = await client.assets.complete(reserved.asset_id)
  if (status !== 'ready') throw new Error(`${reserved.asset_id} was completed and is ${status}`)
  const { url } = await client.assets.retrieve(reserved.asset_id)
  if (!url) throw new Error(`${reserved.asset_id} is ready without a url`)
  const bytes = new Uint8Array(await (await persistent(() => fetch(url))).arrayBuffer())
  if (Buffer.compare(bytes, picture) !== 0) throw new Error(`${url} answers other bytes`)
  return reserved.asset_id
}

async function put(url: string, picture: Uint8Array<ArrayBuffer>): Promise<void> {
  await persistent(() => fetch(url, { method: 'PUT', body: picture }))
}

/** Asks again as the official client does: where the connection broke, and where the service cannot answer right now. */
async function persistent(ask: () => Promise<Response>): Promise<Response> {
  for (let n = 0; ; n++) {
    const answer = await ask().catch(error => (n < RETRIES ? undefined : Promise.reject(error)))
    if (answer?.ok) return answer
    if (answer !== undefined && (answer.status < 500 || n >= RETRIES))
      throw new Error(
        `${new URL(answer.url).pathname.split('/')[1]} answered ${answer.status}: ${await answer.text()}`,
      )
    await answer?.body?.cancel()
    await delay(100 * 2 ** n)
  }
}
