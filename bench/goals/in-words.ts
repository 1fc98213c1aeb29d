// What stands beside a ratio: absolute figures of everyone who took part.
import { medianOf, type Round, type Rounds } from '../load/in-turns.ts'

/** Operations a second, latency and CPU of each. */
export const inWords = (found: Rounds): string =>
  [...found.keys()]
    .map(name => {
      const p50 = medianOf(found, name, round => round.p50Ms).toFixed(1)
      const p99 = medianOf(found, name, round => round.p99Ms).toFixed(1)
      const cpu = medianOf(found, name, cpuMs).toFixed(2)
      return `${name} ${Math.round(medianOf(found, name))}/s (p50 ${p50}, p99 ${p99} ms, CPU ${cpu} ms)`
    })
    .join(', ')

/** As `inWords`, of operations that move `bytes` each. */
export const inBytes = (found: Rounds, bytes: number): string =>
  [...found.keys()].map(name => bytesOf(found, name, bytes)).join(', ')

export function bytesOf(found: Rounds, name: string, bytes: number): string {
  const megabytes = Math.round((medianOf(found, name) * bytes) / 1e6)
  const cpu = medianOf(found, name, secondsPerGigabyte(bytes)).toFixed(1)
  const peak = Math.round(medianOf(found, name, round => round.peakMiB))
  return `${name} ${megabytes} MB/s (${Math.round(medianOf(found, name))}/s, CPU ${cpu} s/GB, peak ${peak} MiB)`
}

/** Of the server, for one operation. */
export const cpuMs = (round: Round): number => (round.cpuSeconds * 1000) / round.operations

/** 1 GB is 10⁹ bytes. */
export const secondsPerGigabyte =
  (bytes: number) =>
  (round: Round): number =>
    round.cpuSeconds / ((round.operations * bytes) / 1e9)
