// `herbarium serve`: the whole service in one process, or its doors alone, until it is told to stop.
import { open } from 'node:fs/promises'
import path from 'node:path'
import type { Command } from 'commander'
import { listenComplaint } from '../config/check-place.ts'
import type { Config } from '../config/config.ts'
import { syncFolder } from '../config/sync-folder.ts'
import { openService } from '../service.ts'
import { begin } from '../workspaces/begin.ts'
import { collectAfterStart, steerYoungSpace } from './engine-memory.ts'
import { CommandFailure } from './failure.ts'
import { livableConfig } from './livable-config.ts'
import { stopWhenTold } from './until-stopped.ts'
import { type ToldKey, welcome } from './welcome.ts'

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('Run the service; settings come from the environment (docs/configuration.md)')
    .option('--no-jobs', 'only answer: background jobs and the sweep are left to nodes that run them')
    .action(serve)
}

async function serve({ jobs }: { jobs: boolean }): Promise<void> {
  const config = await livableConfig({ listens: true })
  const service = await openService(config, undefined, { runsJobs: jobs })
  const firstKey = await begin({ workspaces: service.records.workspaces, ...service.world })
  const told = firstKey === undefined ? undefined : await tellable(config, firstKey)
  await service.listen().catch(async cause => {
    await service.close()
    if (told !== undefined && 'key' in told) console.log(`The first API key, shown this once: ${told.key}`)
    throw new CommandFailure([listenComplaint(config, cause)], { cause })
  })
  collectAfterStart()
  steerYoungSpace()
  stopWhenTold(service)
  console.log(await welcome(service, config, told))
}

/** Where nobody watches, a key on stdout would end in some log: a file only its owner reads keeps it. */
async function tellable(config: Config, key: string): Promise<ToldKey> {
  if (process.stdout.isTTY) return { key }
  const file = path.join(config.dataDir, 'first-key.txt')
  const handle = await open(file, 'w', 0o600)
  await handle.writeFile(`${key}\n`)
  await handle.sync()
  await handle.close()
  await syncFolder(config.dataDir)
  return { file }
}
