// What stands beside a ratio: absolute figures of everyone who took part.
import { medianOf, type Round, type Rounds } from '../load/in-turns.ts'

/** Operations a second, latency, CPU and memory of each. */
export const inWords = (found: Rounds): string =>
  [...found.keys()]
    .map(name => {
      const of = (figure: (round: Round) => number, digits: number) =>
        medianOf(found, name, figure).toFixed(digits)
      const latency = `p50 ${of(round => round.p50Ms, 1)}, p99 ${of(round => round.p99Ms, 1)} ms`
      return `${name} ${of(round => round.perSecond, 0)}/s (${latency}, CPU ${of(cpuMs, 2)} ms, peak ${of(peakMiB, 0)} MiB)`
    })
    .join(', ')

/** As `inWords`, of operations that move `bytes` each. */
export const inBytes = (found: Rounds, bytes: number): string =>
  [...found.keys()].map(name => bytesOf(found, name, bytes)).join(', ')

export function bytesOf(found: Rounds, name: string, bytes: number): string {
  const megabytes = Math.round((medianOf(found, name) * bytes) / 1e6)
  const cpu = medianOf(found, name, secondsPerGigabyte(bytes)).toFixed(1)
  const peak = Math.round(medianOf(found, name, peakMiB))
  return `${name} ${megabytes} MB/s (${Math.round(medianOf(found, name))}/s, CPU ${cpu} s/GB, peak ${peak} MiB)`
}

const peakMiB = (round: Round): number => round.peakMiB

/** Of the server, for one operation. */
export const cpuMs = (round: Round): number => (round.cpuSeconds * 1000) / round.operations

/** 1 GB is 10⁹ bytes. */
export const secondsPerGigabyte =
  (bytes: number) =>
  (round: Round): number =>
    round.cpuSeconds / ((round.operations * bytes) / 1e9)
