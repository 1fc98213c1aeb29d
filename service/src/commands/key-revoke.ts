// `herbarium key revoke`.
import type { Command } from 'commander'
import { revokeKey } from '../keys/revoke.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withRecords } from './with-records.ts'

export function addKeyRevoke(parent: Command): void {
  parent
    .command('revoke')
    .description('Revoke an API key, at once and for good')
    .argument('<key_id>', 'the id that "herbarium key list" shows (key_…)')
    .option(...JSON_OPTION)
    .action(async (keyId: string, options: OutputOptions) => {
      const key = await withRecords(ports => revokeKey(ports, keyId))
      say(options, { key_id: key.id, revoked_at: key.revokedAt }, [`Key ${key.id} (${key.name}) is revoked.`])
    })
}
