// What rows say of each other, in whatever database they are.

export interface AssetRow {
  id: string
  workspace_id: string
  status: string
  size_bytes: number | null
  sha256: string | null
  blob_key: string | null
}

export interface AttemptRow {
  asset_id: string
  n: number
  state: string
  received_key: string | null
  received_bytes: number | null
  partial_key: string | null
  partial_bytes: number | null
}

type Counted = 'assets' | 'bytes' | 'open_attempts' | 'received_bytes'

export interface Rows {
  assets: AssetRow[]
  attempts: AttemptRow[]
  counters: (Record<Counted, number> & { workspace_id: string })[]
  readyEvents: { asset_id: string }[]
}

/** Whoever reads rows sees all of them at one moment. */
export const ROWS: Record<keyof Rows, string> = {
  assets: 'select id, workspace_id, status, size_bytes, sha256, blob_key from assets',
  attempts:
    'select asset_id, n, state, received_key, received_bytes, partial_key, partial_bytes from attempts',
  counters: 'select workspace_id, assets, bytes, open_attempts, received_bytes from counters',
  readyEvents: "select asset_id from events where type = 'asset.ready'",
}

/** What each statement selects is what its type says. */
export const rowsFrom = (read: (name: keyof Rows) => unknown): Rows => ({
  assets: read('assets') as Rows['assets'],
  attempts: read('attempts') as Rows['attempts'],
  counters: read('counters') as Rows['counters'],
  readyEvents: read('readyEvents') as Rows['readyEvents'],
})

export const isAlive = ({ state }: AttemptRow): boolean => state === 'open' || state === 'received'

/** Every promise about rows alone that does not hold, in words. */
export function contradictions({ assets, attempts, counters, readyEvents }: Rows): string[] {
  const attemptsOf = Map.groupBy(attempts, ({ asset_id }) => asset_id)
  const eventsOf = Map.groupBy(readyEvents, ({ asset_id }) => asset_id)
  const broken = assets.flatMap(({ id, status }) => {
    const mine = attemptsOf.get(id) ?? []
    const wins = mine.filter(({ state }) => state === 'won').length
    const events = eventsOf.get(id)?.length ?? 0
    const expected = status === 'ready' ? 1 : 0
    return [
      ...(wins === expected ? [] : [`${id} is ${status}, and ${wins} attempts won`]),
      ...(events === expected ? [] : [`${id} is ${status}, with ${events} asset.ready events`]),
      ...(mine.length > 0 ? [] : [`${id} has no attempt`]),
    ]
  })
  return [...broken, ...miscounted({ assets, attempts, counters })]
}

function miscounted({ assets, attempts, counters }: Omit<Rows, 'readyEvents'>): string[] {
  return counters.flatMap(({ workspace_id, ...counted }) => {
    const mine = assets.filter(asset => asset.workspace_id === workspace_id)
    const ids = new Set(mine.map(({ id }) => id))
    const alive = attempts.filter(attempt => ids.has(attempt.asset_id) && isAlive(attempt))
    const facts = {
      assets: mine.length,
      bytes: sum(mine.map(asset => (asset.status === 'ready' ? asset.size_bytes : 0))),
      open_attempts: alive.length,
      received_bytes: sum(alive.flatMap(attempt => [attempt.received_bytes, attempt.partial_bytes])),
    }
    const isRight = JSON.stringify(facts) === JSON.stringify(counted)
    return isRight ? [] : [`counted ${JSON.stringify(counted)} and there are ${JSON.stringify(facts)}`]
  })
}

const sum = (numbers: (number | null)[]): number => numbers.reduce<number>((all, n) => all + (n ?? 0), 0)
