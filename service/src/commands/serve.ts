// `herbarium serve`: the whole service in one process, until it is told to stop.
import { open } from 'node:fs/promises'
import path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import type { Command } from 'commander'
import { listenComplaint, placeComplaints } from '../config/check-place.ts'
import { type Config, readSettings } from '../config/config.ts'
import { syncFolder } from '../config/sync-folder.ts'
import { bucketComplaint } from '../service/open-blobs.ts'
import { openService, type Service } from '../service.ts'
import { begin } from '../workspaces/begin.ts'
import { CommandFailure } from './failure.ts'
import { type ToldKey, welcome } from './welcome.ts'

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('Run the service; settings come from the environment (docs/configuration.md)')
    .action(serve)
}

async function serve(): Promise<void> {
  keepYoungSpaceSmall()
  const config = await livableConfig()
  const service = await openService(config)
  const firstKey = await begin({ workspaces: service.records.workspaces, ...service.world })
  const told = firstKey === undefined ? undefined : await tellable(config, firstKey)
  await service.listen().catch(async cause => {
    await service.close()
    if (told !== undefined && 'key' in told) console.log(`The first API key, shown this once: ${told.key}`)
    throw new CommandFailure([listenComplaint(config, cause)], { cause })
  })
  stopOnSignal(service)
  console.log(await welcome(service, config, told))
}

/**
 * Bytes on their way are held by buffers that live for a moment, yet wait for the next collection of the young
 * space: a space that does not grow is collected often, and a large upload stays within its share of memory.
 */
function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** The configuration, if there is nothing to complain of; else every complaint at once. */
async function livableConfig(): Promise<Config> {
  const { config, complaints } = readSettings()
  const [places, bucket] = await Promise.all([placeComplaints(config), bucketComplaint(config)])
  const all = [...complaints, ...places, ...(bucket === undefined ? [] : [bucket])]
  if (all.length > 0) throw new CommandFailure(all)
  return config
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

/** The first signal drains, the second does not wait. */
function stopOnSignal(service: Service): void {
  let stopping = false
  const stop = () => {
    if (stopping) process.exit(1)
    stopping = true
    service.close().then(
      () => process.exit(0),
      error => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
