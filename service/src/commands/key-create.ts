// `herbarium key create`.
import type { Command } from 'commander'
import { createKey } from '../keys/create.ts'
import { createTestKey, mustBeLive } from '../workspaces/test-space.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { chosenWorkspace, withRecords } from './with-records.ts'

export function addKeyCreate(parent: Command): void {
  parent
    .command('create')
    .description('Create an API key; it is shown this once')
    .option('--workspace <ws_…>', 'the workspace it opens; may be left out when there is one')
    .option('--name <name>', 'what it is for', 'key')
    .option(
      '--test',
      'of the space in which the workspace is tested: what such a key makes goes within a day',
    )
    .option(...JSON_OPTION)
    .action(async (options: OutputOptions & { name: string; workspace?: string; test?: true }) => {
      const { key, secret } = await withRecords(async ports => {
        const workspaceId = await chosenWorkspace(ports, options.workspace)
        const terms = { workspaceId, name: options.name }
        if (options.test) return createTestKey(ports, terms)
        await mustBeLive(ports, workspaceId)
        return createKey(ports, terms)
      })
      say(options, { key_id: key.id, api_key: secret, workspace_id: key.workspaceId, name: key.name }, [
        `Key ${key.id} (${key.name}) for ${key.workspaceId}, shown this once:`,
        '',
        `  ${secret}`,
        '',
        `To revoke it: herbarium key revoke ${key.id}`,
      ])
    })
}
