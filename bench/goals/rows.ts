// Reserve, get and list, each beside Fastify with nothing but its row.

import { type Herbarium, startHerbarium } from '../contestants/herbarium.ts'
import { type Contestant, startBareRows } from '../contestants/start.ts'
import type { Connection } from '../load/connection.ts'
import type { Operation } from '../load/drive.ts'
import { inTurns, medianOf, type Rounds, ratioOf } from '../load/in-turns.ts'
import { png } from '../load/media.ts'
import { atLeast, type Effort, type Goal } from './goal.ts'
import { readyAssets } from './prepared.ts'

const CONNECTIONS = 64
const PAGE = '20'
const POOL = 200

export async function measureRows(effort: Effort): Promise<Goal[]> {
  const herbarium = await startHerbarium()
  const bare = await startBareRows()
  try {
    const pool = await readyAssets(herbarium, POOL, () => png(16_384))
    const ids = await bareIds(bare, POOL)
    const list = (connection: Connection) => herbarium.list(connection, { limit: PAGE })
    return [
      await beside('reserve, durable, c64', effort, {
        herbarium,
        bare,
        ours: connection => herbarium.reserve(connection, png(16_384)),
        theirs: connection => insert(connection),
        ...atLeast(0.37, 0.5),
      }),
      await beside('get, c64', effort, {
        herbarium,
        bare,
        ours: (connection, n) => herbarium.get(connection, pool[n % POOL]?.assetId ?? ''),
        theirs: (connection, n) => read(connection, `/assets/${ids[n % POOL]}`),
        ...atLeast(0.55, 0.7),
      }),
      await beside('list of 20, c64', effort, {
        herbarium,
        bare,
        ours: list,
        theirs: connection => read(connection, `/assets?limit=${PAGE}`),
        ...atLeast(0.45, 0.6),
      }),
    ]
  } finally {
    await herbarium.close()
    await bare.close()
  }
}

interface Beside extends Pick<Goal, 'goal' | 'stretch' | 'better' | 'unit'> {
  herbarium: Herbarium
  bare: Contestant
  ours: Operation
  theirs: Operation
}

async function beside(figure: string, { rounds, seconds }: Effort, what: Beside): Promise<Goal> {
  const load = { concurrency: CONNECTIONS, count: Number.POSITIVE_INFINITY, seconds }
  const { herbarium, bare } = what
  const found = await inTurns(rounds, [
    {
      name: 'ours',
      pid: herbarium.pid,
      load: { ...load, origin: herbarium.origin },
      prepare: () => what.ours,
    },
    { name: 'bare', pid: bare.pid, load: { ...load, origin: bare.origin }, prepare: () => what.theirs },
  ])
  const { goal, stretch, better, unit } = what
  return {
    figure: `${figure} / bare row`,
    measured: ratioOf(found, ['ours', 'bare']),
    goal,
    stretch,
    better,
    unit,
    seen: inWords(found),
  }
}

/** Absolute figures beside a ratio. */
export const inWords = (found: Rounds, names = ['ours', 'bare']): string =>
  names
    .map(name => {
      const perSecond = Math.round(medianOf(found, name))
      const p50 = medianOf(found, name, round => round.p50Ms).toFixed(1)
      const p99 = medianOf(found, name, round => round.p99Ms).toFixed(1)
      return `${name} ${perSecond}/s (p50 ${p50}, p99 ${p99} ms)`
    })
    .join(', ')

const JSON_TYPE = { 'content-type': 'application/json' }

export const insert = (connection: Connection) =>
  expectOk(connection, {
    method: 'POST',
    path: '/assets',
    headers: JSON_TYPE,
    body: [Buffer.from('{"name":"bench.png"}')],
  })

const read = (connection: Connection, path: string) => expectOk(connection, { method: 'GET', path })

export async function expectOk(connection: Connection, call: Parameters<Connection['ask']>[0]) {
  const answer = await connection.ask({ ...call, keep: true })
  if (answer.status > 299) throw new Error(`${call.method} ${call.path}: ${answer.status} ${answer.body}`)
  return answer
}

async function bareIds({ origin }: Contestant, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n++) {
    const answer = await fetch(`${origin}/assets`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: '{"name":"bench.png"}',
    })
    ids.push(((await answer.json()) as { id: string }).id) // as bare-rows.ts answers
  }
  return ids
}
