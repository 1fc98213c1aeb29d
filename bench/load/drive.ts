// Runs one kind of operation over several connections at once, bounded in count and in time.
import { type Connection, openConnection } from './connection.ts'
import { quantile } from './statistics.ts'

export interface Load {
  origin: string
  /** Connections, each with one operation at a time. */
  concurrency: number
  /** At most so many operations. */
  count: number
  /** No operation begins after so long. */
  seconds: number
}

export interface Driven {
  operations: number
  seconds: number
  perSecond: number
  p50Ms: number
  p99Ms: number
}

/** Does one operation; `n` counts all of them. Throws when it was not what it should have been. */
export type Operation = (connection: Connection, n: number) => Promise<unknown>

/** Throws as soon as one operation does: a figure with failures in it says nothing. */
export async function drive(load: Load, operation: Operation): Promise<Driven> {
  const { origin, concurrency, count, seconds } = load
  const tookMs: number[] = []
  let next = 0
  const start = performance.now()
  const deadline = start + seconds * 1000
  const connections = Array.from({ length: concurrency }, () => openConnection(origin))
  try {
    await Promise.all(
      connections.map(async connection => {
        while (next < count && performance.now() < deadline) {
          const n = next++
          const began = performance.now()
          await operation(connection, n)
          tookMs.push(performance.now() - began)
        }
      }),
    )
  } finally {
    for (const connection of connections) connection.close()
  }
  const took = (performance.now() - start) / 1000
  const sorted = tookMs.sort((a, b) => a - b)
  return {
    operations: sorted.length,
    seconds: took,
    perSecond: sorted.length / took,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
  }
}
