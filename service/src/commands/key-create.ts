// `herbarium key create`.
import type { Command } from 'commander'
import { GRANTED_SCOPES } from '../ground/scope.ts'
import { createKeyIn } from '../workspaces/test-space.ts'
import { keyAsJson, minuteOf } from './key-in-words.ts'
import { readDuration } from './measures.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { chosenWorkspace, withRecords } from './with-records.ts'

interface Options extends OutputOptions {
  name: string
  workspace?: string
  scope?: string[]
  expiresIn?: number
  test?: true
}

export function addKeyCreate(parent: Command): void {
  parent
    .command('create')
    .description('Create an API key; it is shown this once')
    .option('--workspace <ws_…>', 'the workspace it opens; may be left out when there is one')
    .option('--name <name>', 'what it is for', 'key')
    .option('--scope <scope...>', `what it may do: ${GRANTED_SCOPES.join(', ')}; all but admin when left out`)
    .option('--expires-in <duration>', 'how long it lives: 90d, 24h; for ever when left out', readDuration)
    .option(
      '--test',
      'of the space in which the workspace is tested: what such a key makes goes within a day',
    )
    .option(...JSON_OPTION)
    .action(create)
}

async function create(options: Options): Promise<void> {
  const { name, scope, expiresIn, test } = options
  const { key, secret, now } = await withRecords(async ports => {
    const workspaceId = await chosenWorkspace(ports, options.workspace)
    const now = ports.clock.now()
    const expiresAt = expiresIn === undefined ? null : now + expiresIn
    const terms = { workspaceId, name, scopes: scope, expiresAt, mode: test ? 'test' : 'live' } as const
    return { ...(await createKeyIn(ports, terms)), now }
  })
  say(options, { ...keyAsJson(key, now), api_key: secret }, [
    `Key ${key.id} (${key.name}) for ${key.workspaceId}, shown this once:`,
    '',
    `  ${secret}`,
    '',
    `It may: ${key.scopes.join(', ')}. It expires: ${minuteOf(key.expiresAt)}.`,
    `To revoke it: herbarium key revoke ${key.id}`,
  ])
}
