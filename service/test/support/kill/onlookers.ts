// Read your writes on every node: whoever looks after an answer sees what it said, wherever it was given.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import type { Wire } from './asking.ts'
import type { Told } from './told.ts'

const STATUSES = {
  reserved: ['pending_upload'],
  spoilt: ['pending_upload', 'failed'],
  uploaded: ['pending_upload'],
  ready: ['ready'],
}

/** Some node that runs is asked, for the asset and its bytes; now and then also for the first page, and as a stranger. */
export async function lookElsewhere({ onlookers, ...wire }: Wire, told: Told): Promise<void> {
  const origins = onlookers?.origins() ?? []
  const origin = origins[randomInt(Math.max(1, origins.length))]
  if (onlookers === undefined || origin === undefined) return
  const look = (path: string, key = wire.apiKey) => answerOf(origin + path, key)
  const asset = `/api/v1/assets/${told.assetId}`
  const isThorough = randomInt(4) === 0
  const [found, served, page, foreign] = await Promise.all([
    look(asset),
    look(told.url),
    isThorough ? look(`/api/v1/assets?workspace_id=${wire.workspaceId}&limit=100`) : undefined,
    isThorough ? look(asset, onlookers.strangerKey) : undefined,
  ])
  const what = `${told.assetId}, ${told.state}, at ${origin}`
  assertIf(foreign, ({ status }) => status === 404, `${what}, for a stranger`)
  assertIf(served, ({ status }) => status === (told.state === 'ready' ? 200 : 404), `${what}, served`)
  assertIf(page, ({ text }) => text.includes(told.assetId) === (told.state !== 'deleted'), `${what}, listed`)
  assertIf(found, ({ status, text }) => isAsTold(told, status === 200 ? text : undefined), what)
}

interface Seen {
  status: number
  text: string
}

function assertIf(seen: Seen | undefined, isRight: (seen: Seen) => boolean, what: string): void {
  if (seen !== undefined) assert.ok(isRight(seen), `${what}: ${seen.status} ${seen.text.slice(0, 300)}`)
}

function isAsTold({ state }: Told, asset: string | undefined): boolean {
  if (state === 'deleted' || asset === undefined) return state === 'deleted' && asset === undefined
  const { status } = JSON.parse(asset) as { status: string } // as the document says
  return STATUSES[state].includes(status)
}

/** Undefined of a node that was killed meanwhile, or cannot answer just now. */
async function answerOf(url: string, apiKey: string): Promise<Seen | undefined> {
  try {
    const response = await fetch(url, { headers: { authorization: `Bearer ${apiKey}` } })
    const text = await response.text()
    assert.notEqual(response.status, 500, text)
    return response.status === 503 ? undefined : { status: response.status, text }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    return undefined
  }
}
