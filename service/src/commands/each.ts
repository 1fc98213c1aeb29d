// Many things done by one command, a few at a time: one that fails stops no other, and ends the command with 1.
import { HerbariumError } from '@herbarium/client'
import { InvalidArgumentError } from 'commander'
import { CommandFailure, reasonsIn } from './failure.ts'

const MAX_PARALLEL = 32

/** For commander. */
export const PARALLEL_OPTION = ['--parallel <n>', 'so many at a time', readParallel, 4] as const

function readParallel(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1 || n > MAX_PARALLEL)
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${MAX_PARALLEL}.`)
  return n
}

export interface Doing<T> {
  parallel: number
  /** What an item is called in front of its reason. */
  name(item: T): string
  act(item: T): Promise<void>
  /** Told of each that failed, before the next begins. */
  failed?(item: T, error: HerbariumError | CommandFailure): void
}

/** Throws the reasons of all that failed, in the items' order, once everything is done. */
export async function each<T>(items: T[], { parallel, name, act, failed }: Doing<T>): Promise<void> {
  const failures = new Map<T, string[]>()
  const rest = items.values()
  const work = async () => {
    for (const item of rest)
      await act(item).catch(error => {
        if (!(error instanceof CommandFailure) && !(error instanceof HerbariumError)) throw error
        failures.set(
          item,
          reasonsIn(error).map(reason => `${name(item)}: ${reason}`),
        )
        failed?.(item, error)
      })
  }
  await Promise.all(Array.from({ length: parallel }, work))
  const reasons = items.flatMap(item => failures.get(item) ?? [])
  if (reasons.length > 0) throw new CommandFailure(reasons)
}
