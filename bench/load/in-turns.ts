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

async function take({ pid, load, prepare }: Turn): Promise<Round> {
  const operation = await prepare()
  await delay(SETTLE_MS)
  const watch = watchProcess(pid)
  const driven = await drive(load, operation)
  return { ...driven, ...watch.stop() }
}

export interface Ratio {
  median: number
  low: number
  high: number
}

/** Of one contestant's figure to another's, round by round. */
export function ratioOf(
  rounds: Rounds,
  [ours, beside]: [string, string],
  figure: (round: Round) => number = round => round.perSecond,
): Ratio {
  const others = rounds.get(beside) ?? []
  const ratios = (rounds.get(ours) ?? []).map((round, n) => figure(round) / figure(others[n] ?? round))
  return { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) }
}

export const medianOf = (
  rounds: Rounds,
  name: string,
  figure: (round: Round) => number = round => round.perSecond,
): number => median((rounds.get(name) ?? []).map(figure))
