// Contestants measured in turns within one run: absolute figures drift on a shared machine, ratios of a round hold.
import { setTimeout as delay } from 'node:timers/promises'
import { type Driven, drive, type Load, type Operation } from './drive.ts'
import { type Taken, watchProcess } from './process-watch.ts'
import { median } from './statistics.ts'

export interface Turn {
  name: string
  /** Whose CPU and memory are watched. */
  pid: number
  load: Load
  /** Done before the clock starts, each round. */
  prepare(): Promise<Operation> | Operation
  /** Done after the clock has stopped, each round. */
  cleanUp?(): Promise<void>
}

export type Round = Driven & Taken

export type Rounds = Map<string, Round[]>

/** What the one before left to be written must not burden the next. */
const SETTLE_MS = 300

/** The first round of each warms up and does not count; the order turns round each time. */
export async function inTurns(rounds: number, turns: Turn[]): Promise<Rounds> {
  const found: Rounds = new Map(turns.map(({ name }) => [name, []]))
  for (let round = -1; round < rounds; round++)
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) {
      const measured = await take(turn)
      if (round >= 0) found.get(turn.name)?.push(measured)
    }
  return found
}

async function take({ pid, load, prepare, cleanUp }: Turn): Promise<Round> {
  const operation = await prepare()
  await delay(SETTLE_MS)
  const watch = watchProcess(pid)
  const driven = await drive(load, operation)
  const taken = watch.stop()
  await cleanUp?.()
  return { ...driven, ...taken }
}

/** A figure over all rounds. */
export interface Spread {
  median: number
  low: number
  high: number
}

export const spreadOf = (values: number[]): Spread => ({
  median: median(values),
  low: Math.min(...values),
  high: Math.max(...values),
})

/** Of one contestant's figure to another's, round by round. */
export function ratioOf(
  rounds: Rounds,
  [ours, beside]: [string, string],
  figure: (round: Round) => number = round => round.perSecond,
): Spread {
  const others = rounds.get(beside) ?? []
  return spreadOf((rounds.get(ours) ?? []).map((round, n) => figure(round) / figure(others[n] ?? round)))
}

export const medianOf = (
  rounds: Rounds,
  name: string,
  figure: (round: Round) => number = round => round.perSecond,
): number => median((rounds.get(name) ?? []).map(figure))
