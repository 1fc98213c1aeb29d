// `herbarium work`: what must happen when nobody asks, without any door, until it is told to stop.
import type { Command } from 'commander'
import { openWorker } from '../service/worker.ts'
import { version } from '../version.ts'
import { steerYoungSpace } from './engine-memory.ts'
import { livableConfig } from './livable-config.ts'
import { stopWhenTold } from './until-stopped.ts'
import { metricsLine } from './welcome.ts'

export function addWork(program: Command): void {
  program
    .command('work')
    .description('Run background jobs and the sweep, and answer nobody; any number may, beside any server')
    .action(work)
}

async function work(): Promise<void> {
  const config = await livableConfig({ listens: false })
  const worker = await openWorker(config)
  steerYoungSpace()
  stopWhenTold(worker)
  console.log(`
Herbarium ${version} is at work.

  Data       ${config.dataDir}
${metricsLine(worker)}`)
}
