// `herbarium key list`.
import type { Command } from 'commander'
import type { Key } from '../keys/key.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withRecords } from './with-records.ts'

export function addKeyList(parent: Command): void {
  parent
    .command('list')
    .description('List the API keys, by their first characters')
    .option('--workspace <ws_…>', 'only the keys of this workspace')
    .option(...JSON_OPTION)
    .action(async (options: OutputOptions & { workspace?: string }) => {
      const keys = await withRecords(ports => ports.keys.list(options.workspace))
      say(options, { keys: keys.map(asJson) }, keys.map(asLine))
    })
}

const asJson = (key: Key) => ({
  key_id: key.id,
  workspace_id: key.workspaceId,
  name: key.name,
  prefix: key.prefix,
  created_at: key.createdAt,
  revoked_at: key.revokedAt,
})

const asLine = (key: Key): string =>
  `${key.id}  ${key.prefix}…  ${key.workspaceId}  ${key.revokedAt === null ? 'active ' : 'revoked'}  ${key.name}`
