// Pages and searches of a workspace with a million assets, on both databases.
import { startPostgres } from '../../service/test/support/start-postgres.ts'
import type { Herbarium } from '../contestants/herbarium.ts'
import { openConnection } from '../load/connection.ts'
import {
  inTurns,
  medianOf,
  type Rounds,
  ratioOf,
  type Spread,
  spreadOf,
  type Turn,
} from '../load/in-turns.ts'
import { WORDS } from '../seed/names.ts'
import { postgresRows } from '../seed/postgres-rows.ts'
import { type Rows, startSeeded } from '../seed/seed.ts'
import { SQLITE_ROWS } from '../seed/sqlite-rows.ts'
import { alongside } from './alongside.ts'
import { atMost, type Effort, type Goal, SYNCED } from './goal.ts'

const ASSETS = 1_000_000
const DEPTH = 200_000
const PAGE = '20'
const WALK_PAGE = 100
/** A search by one client that waits for its answer, and by several who wait for each other. */
const [ALONE, TOGETHER] = [1, 4]
/** There are many kinds, and most are asked a thousand times in a second. */
const SECONDS = 1
const MOST_ROUNDS = 3

interface Engine {
  name: string
  rows: Rows
  /** Milliseconds at the 99th percentile. */
  pageMs: number
  searchMs: number
}

export async function measureLists(effort: Effort): Promise<Goal[]> {
  const onSqlite = await measureOn(effort, { name: 'SQLite', rows: SQLITE_ROWS, pageMs: 2, searchMs: 5 })
  const postgres = await startPostgres()
  try {
    const rows = postgresRows(postgres.url)
    const onPostgres = await measureOn(effort, { name: 'PostgreSQL', rows, pageMs: 5, searchMs: 10 })
    return [...onSqlite, ...onPostgres]
  } finally {
    await postgres.close()
  }
}

const measureOn = ({ rounds }: Effort, engine: Engine): Promise<Goal[]> =>
  alongside([() => startSeeded(engine.rows, ASSETS)], async ([herbarium]) => {
    const cursor = await walkTo(herbarium, DEPTH)
    const kinds: Record<string, Record<string, string>> = {
      first: { limit: PAGE },
      deep: { limit: PAGE, cursor },
      ...Object.fromEntries(WORDS.map(({ called, text }) => [called, { limit: PAGE, query: text }])),
    }
    const measureAt = (concurrency: number) =>
      inTurns(
        Math.min(rounds, MOST_ROUNDS),
        Object.entries(kinds).map(([name, query]) => asking(herbarium, { name, query, concurrency })),
      )
    const found: Found = { alone: await measureAt(ALONE), together: await measureAt(TOGETHER) }
    const at = `of 10⁶, ${engine.name}`
    return [
      pageGoal(`first page of ${PAGE} ${at}, p99`, { found, kind: 'first', boundMs: engine.pageMs }),
      pageGoal(`page of ${PAGE} after ${DEPTH} ${at}, p99`, { found, kind: 'deep', boundMs: engine.pageMs }),
      {
        figure: `time of the deep page / of the first, ${engine.name}`,
        measured: ratioOf(found.alone, ['first', 'deep']),
        ...atMost('×', 1.25),
        seen: 'mean of all answers, c1',
        synced: SYNCED.none,
      },
      ...WORDS.map(({ called }) =>
        pageGoal(`search for ${called} ${at}, p99`, { found, kind: called, boundMs: engine.searchMs }),
      ),
    ]
  })

const asking = (
  herbarium: Herbarium,
  { name, query, concurrency }: { name: string; query: Record<string, string>; concurrency: number },
): Turn => ({
  name,
  pid: herbarium.pid,
  load: { origin: herbarium.origin, concurrency, count: Number.POSITIVE_INFINITY, seconds: SECONDS },
  prepare: () => connection => herbarium.list(connection, query),
})

/** By the API's own cursors, so that the page is one that a client could have come to. */
async function walkTo(herbarium: Herbarium, depth: number): Promise<string> {
  const connection = openConnection(herbarium.origin)
  let cursor = ''
  for (let passed = 0; passed < depth; passed += WALK_PAGE) {
    const next = await herbarium.list(connection, { limit: String(WALK_PAGE), cursor })
    if (next === null) throw new Error(`the list ends before ${depth} assets`)
    cursor = next
  }
  connection.close()
  return cursor
}

interface Found {
  alone: Rounds
  together: Rounds
}

const p99Of = (found: Rounds, kind: string): Spread =>
  spreadOf((found.get(kind) ?? []).map(round => round.p99Ms))

const pageGoal = (
  figure: string,
  { found, kind, boundMs }: { found: Found; kind: string; boundMs: number },
): Goal => ({
  figure: `${figure}, c${ALONE}`,
  measured: p99Of(found.alone, kind),
  ...atMost('ms', boundMs),
  seen: `p50 ${medianOf(found.alone, kind, round => round.p50Ms).toFixed(2)} ms; at c${TOGETHER} p50 ${medianOf(found.together, kind, round => round.p50Ms).toFixed(2)}, p99 ${p99Of(found.together, kind).median.toFixed(2)} ms`,
  synced: SYNCED.none,
})
