// `herbarium key rotate`.
import type { Command } from 'commander'
import { rotateKey } from '../keys/rotate.ts'
import { keyAsJson, minuteOf } from './key-in-words.ts'
import { readDuration } from './measures.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withRecords } from './with-records.ts'

export function addKeyRotate(parent: Command): void {
  parent
    .command('rotate')
    .description('Create a successor of an API key, shown this once; the old key ends after the overlap')
    .argument('<key_id>', 'the id that "herbarium key list" shows (key_…)')
    .option(
      '--overlap <duration>',
      'how long both open the same; 24h when left out, 0s for not',
      readDuration,
    )
    .option(...JSON_OPTION)
    .action(rotate)
}

async function rotate(keyId: string, options: OutputOptions & { overlap?: number }): Promise<void> {
  const { key, secret, replaced, now } = await withRecords(async ports => ({
    ...(await rotateKey(ports, { keyId, overlapMs: options.overlap })),
    now: ports.clock.now(),
  }))
  const replaces = { key_id: replaced.keyId, ends_at: replaced.endsAt }
  say(options, { ...keyAsJson(key, now), api_key: secret, replaces }, [
    `Key ${key.id} (${key.name}) for ${key.workspaceId}, shown this once:`,
    '',
    `  ${secret}`,
    '',
    `It may what ${keyId} may, which ends at ${minuteOf(replaced.endsAt)}.`,
  ])
}
