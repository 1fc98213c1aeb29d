// Loaded into a server before its program (`--import`): how long its event loop was kept from turning.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { FOLDER } from './say.ts'

/** Measured by a timer of this interval, which every delay includes. */
const RESOLUTION_MS = 1

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delays.enable()
const inMs = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)

process.on('SIGUSR2', () => delays.reset())
process.on('exit', () => {
  const report = {
    p50Ms: inMs(delays.percentile(50)),
    p99Ms: inMs(delays.percentile(99)),
    maxMs: inMs(delays.max),
  }
  writeFileSync(path.join(FOLDER, 'loop.json'), JSON.stringify(report))
})
