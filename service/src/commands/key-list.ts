// `herbarium key list`.
import type { Command } from 'commander'
import { keyAsJson, keyAsLine } from './key-in-words.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withRecords } from './with-records.ts'

export function addKeyList(parent: Command): void {
  parent
    .command('list')
    .description('List the API keys, by their first characters')
    .option('--workspace <ws_…>', 'only the keys of this workspace')
    .option(...JSON_OPTION)
    .action(async (options: OutputOptions & { workspace?: string }) => {
      const { keys, now } = await withRecords(async ports => ({
        keys: await ports.keys.list(options.workspace),
        now: ports.clock.now(),
      }))
      say(
        options,
        { keys: keys.map(key => keyAsJson(key, now)) },
        keys.map(key => keyAsLine(key, now)),
      )
    })
}
