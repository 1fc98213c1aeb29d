// Contestants that run for as long as something is measured.
import type { Contestant } from '../contestants/start.ts'

type Started<S extends readonly (() => Promise<Contestant>)[]> = {
  -readonly [N in keyof S]: Awaited<ReturnType<S[N]>>
}

/** Starts them one after the other, and removes them whatever happens. */
export async function alongside<const S extends readonly (() => Promise<Contestant>)[], R>(
  starts: S,
  measure: (started: Started<S>) => Promise<R>,
): Promise<R> {
  const started: Contestant[] = []
  try {
    for (const start of starts) started.push(await start())
    return await measure(started as Started<S>) // one of each, in their order
  } finally {
    await Promise.all(started.map(contestant => contestant.close()))
  }
}
