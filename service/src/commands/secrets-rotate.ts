// `herbarium secrets rotate`.
import type { Command } from 'commander'
import { type Rotation, rotateSecrets } from '../secrets/rotate.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withSecrets } from './with-secrets.ts'

interface RotateOptions extends OutputOptions {
  now?: boolean
}

export function addSecretsRotate(parent: Command): void {
  parent
    .command('rotate')
    .description('Make new signing keys, and seal everything anew under the first secret of SECRET_KEY')
    .option('--now', 'end the keys of before at once, and all they have signed: for keys that have leaked')
    .option(...JSON_OPTION)
    .action(async (options: RotateOptions) => {
      const isAtOnce = options.now ?? false
      const rotation = await withSecrets((ports, { masters }) => rotateSecrets(ports, masters, { isAtOnce }))
      say(options, asJson(rotation), asLines(rotation, isAtOnce))
      if (rotation.lostWebhooks.length > 0) process.exitCode = 1
    })
}

const asJson = ({ fresh, signsFrom, endsAt, resealed, lostWebhooks }: Rotation) => ({
  keys: fresh.map(({ kid, purpose }) => ({ kid, purpose })),
  sign_from: signsFrom,
  earlier_verify_until: endsAt,
  resealed,
  lost_webhooks: lostWebhooks,
})

const asLines = (rotation: Rotation, isAtOnce: boolean): string[] => [
  ...rotation.fresh.map(({ kid, purpose }) => `${kid}  ${purpose}`),
  isAtOnce
    ? 'These sign as soon as each node has read them, within 20 seconds. Earlier ones verify no more: a retry gives new upload instructions.'
    : `These sign from ${timeInWords(rotation.signsFrom)} on. Earlier ones verify until ${timeInWords(rotation.endsAt)}.`,
  `${rotation.resealed} texts were sealed anew.`,
  ...rotation.lostWebhooks.map(
    id => `The secret of webhook ${id} cannot be opened by any secret there is: rotate it (docs/events.md).`,
  ),
]

/** UTC, to the second. */
export const timeInWords = (time: number): string =>
  new Date(time)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')
