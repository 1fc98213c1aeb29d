// `herbarium secrets list`.
import type { Command } from 'commander'
import { type Inventory, type KeyFacts, type MasterFacts, takeInventory } from '../secrets/inventory.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { timeInWords } from './secrets-rotate.ts'
import { withSecrets } from './with-secrets.ts'

export function addSecretsList(parent: Command): void {
  parent
    .command('list')
    .description(
      'List the signing keys by name and age, and say which secrets of SECRET_KEY are still needed',
    )
    .option(...JSON_OPTION)
    .action(async (options: OutputOptions) => {
      const { inventory, place } = await withSecrets(async (ports, { masters, place }) => ({
        inventory: await takeInventory(ports, masters),
        place,
      }))
      say(options, asJson(inventory), asLines(inventory, place))
    })
}

const asJson = ({ keys, masters, lost }: Inventory) => ({
  keys: keys.map(({ kid, purpose, state, createdAt, signsFrom, endsAt }) => ({
    kid,
    purpose,
    state,
    created_at: createdAt ?? null,
    signs_from: signsFrom > 0 ? signsFrom : null,
    verifies_until: finite(endsAt),
  })),
  masters: masters.map(({ seals, verifiesUntil }, n) => ({
    position: n + 1,
    seals,
    verifies_until: finite(verifiesUntil),
    is_needed: isNeeded({ seals, verifiesUntil }, n),
  })),
  lost,
})

const finite = (time: number | undefined): number | null =>
  time === undefined || time === Number.POSITIVE_INFINITY ? null : time

const isNeeded = ({ seals, verifiesUntil }: MasterFacts, n: number): boolean =>
  n === 0 || seals > 0 || verifiesUntil !== undefined

const asLines = ({ keys, masters, lost }: Inventory, place: string): string[] => [
  ...keys.map(keyLine),
  '',
  ...masters.map((master, n) => `Secret ${n + 1} of ${place} ${masterInWords(master, n)}`),
  ...(lost === 0
    ? []
    : [`${lost} sealed texts are opened by none: put the secret back that they are under.`]),
]

const keyLine = (key: KeyFacts): string =>
  [key.kid, key.purpose.padEnd(13), ageOf(key).padEnd(28), stateInWords(key)].join('  ')

const ageOf = ({ createdAt }: KeyFacts): string =>
  createdAt === undefined ? 'derived' : `made ${timeInWords(createdAt)}`

function stateInWords({ state, signsFrom, endsAt }: KeyFacts): string {
  switch (state) {
    case 'signs':
      return 'signs'
    case 'signs_soon':
      return `signs from ${timeInWords(signsFrom)} on`
    case 'verifies':
      return endsAt === Number.POSITIVE_INFINITY ? 'verifies' : `verifies until ${timeInWords(endsAt)}`
    case 'retired':
      return 'retired'
  }
}

function masterInWords({ seals, verifiesUntil }: MasterFacts, n: number): string {
  const sealing = seals === 0 ? 'seals nothing' : `seals ${seals} ${seals === 1 ? 'text' : 'texts'}`
  if (n === 0) return `${sealing}; new texts are sealed under it.`
  if (seals > 0) return `${sealing}: "herbarium secrets rotate" seals them under the first.`
  if (verifiesUntil === undefined) return `${sealing} and verifies nothing: it can be removed.`
  return verifiesUntil === Number.POSITIVE_INFINITY
    ? `${sealing}, but what it has signed has no end: "herbarium secrets rotate" gives it one.`
    : `${sealing} and verifies until ${timeInWords(verifiesUntil)}: it can be removed then.`
}
