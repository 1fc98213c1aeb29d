// The installation's secrets: from the environment, else from a file that is made once.
import { randomBytes } from 'node:crypto'
import { link, open, readFile, unlink } from 'node:fs/promises'
import path from 'node:path'
import { type Config, MIN_SECRET_CHARACTERS } from './config.ts'
import { type SecretKeys, secretKeysOf } from './read-variables.ts'
import { syncFolder } from './sync-folder.ts'

/** The secret's file cannot be used. */
export class SecretFault extends Error {}

/** However many processes start together, all of them read the same secret. */
export async function loadSecretKeys(config: Config): Promise<SecretKeys> {
  if (config.secretKeys !== undefined) return config.secretKeys
  const file = secretFile(config)
  return (await readSecrets(file)) ?? (await makeSecret(file))
}

export const secretFile = ({ dataDir }: Config): string => path.join(dataDir, 'secret.key')

/** One a line, the current one first; undefined where there is none yet. Throws a SecretFault for what is no secret. */
export async function readSecrets(file: string): Promise<SecretKeys | undefined> {
  try {
    const lines = (await readFile(file, 'utf8')).trim().split('\n')
    const secrets = secretKeysOf(lines, MIN_SECRET_CHARACTERS)
    if (secrets !== undefined) return secrets
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  throw new SecretFault(
    `${file} has fewer than ${MIN_SECRET_CHARACTERS} characters, or a line that has: put the secret back from a backup, or remove the file to have a new one made (open upload URLs end then).`,
  )
}

/** A link to a finished file appears whole or not at all, and only once. */
async function makeSecret(file: string): Promise<SecretKeys> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  await handle.writeFile(`${randomBytes(32).toString('hex')}\n`)
  await handle.sync()
  await handle.close()
  await link(draft, file).catch(() => undefined) // another process was first: its secret is the one
  await unlink(draft)
  await syncFolder(path.dirname(file))
  const secrets = await readSecrets(file)
  if (secrets === undefined) throw new Error(`${file} could not be made`)
  return secrets
}
