// Reserve, get and list, each beside Fastify with nothing but its row.
import { insertRow, insertRows, listRows, readRow } from '../contestants/bare-rows-api.ts'
import { startHerbarium } from '../contestants/herbarium.ts'
import { type Contestant, startBareRows } from '../contestants/start.ts'
import type { Operation } from '../load/drive.ts'
import { inTurns, ratioOf, type Turn } from '../load/in-turns.ts'
import { png, wav } from '../load/media.ts'
import { alongside } from './alongside.ts'
import { besideElsewhere, SUPABASE } from './elsewhere.ts'
import { atLeast, type Effort, type Goal, SYNCED } from './goal.ts'
import { inWords } from './in-words.ts'
import { readyAssets } from './prepared.ts'

const FILE_BYTES = 16_384
const PAGE = 20
const POOL = 200

export const measureRows = (effort: Effort): Promise<Goal[]> =>
  alongside([startHerbarium, startBareRows], async ([herbarium, bare]) => {
    const pool = await readyAssets(herbarium, POOL, () => png(FILE_BYTES))
    const ids = await insertRows(bare.origin, POOL)
    const compare = (ours: Operation, theirs: Operation) =>
      inTurns(effort.rounds, [
        turn('herbarium', herbarium, effort, ours),
        turn('bare row', bare, effort, theirs),
      ])
    const reserve = await compare(connection => herbarium.reserve(connection, wav(FILE_BYTES)), insertRow)
    const get = await compare(
      (connection, n) => herbarium.get(connection, pool[n % POOL]?.assetId ?? ''),
      (connection, n) => readRow(connection, ids[n % POOL] ?? ''),
    )
    const list = await compare(
      connection => herbarium.list(connection, { limit: String(PAGE) }),
      connection => listRows(connection, PAGE),
    )
    const reserved: Goal = {
      figure: 'reserve, c64 / bare row',
      measured: ratioOf(reserve, ['herbarium', 'bare row']),
      ...atLeast(0.37, 0.5),
      seen: inWords(reserve),
      synced: SYNCED.both,
    }
    return [
      reserved,
      besideElsewhere(reserved, { ...SUPABASE.sign, figure: 'reserve / Supabase, sign', goal: 3 }),
      {
        figure: 'get, c64 / bare row',
        measured: ratioOf(get, ['herbarium', 'bare row']),
        ...atLeast(0.55, 0.7),
        seen: inWords(get),
        synced: SYNCED.none,
      },
      {
        figure: `list of ${PAGE}, c64 / bare rows`,
        measured: ratioOf(list, ['herbarium', 'bare row']),
        ...atLeast(0.45, 0.6),
        seen: inWords(list),
        synced: SYNCED.none,
      },
    ]
  })

const turn = (
  name: string,
  { pid, origin }: Contestant,
  { seconds }: Effort,
  operation: Operation,
): Turn => ({
  name,
  pid,
  load: { origin, concurrency: 64, count: Number.POSITIVE_INFINITY, seconds },
  prepare: () => operation,
})
