// The installation's secret: from the environment, else from a file that is made once.
import { randomBytes } from 'node:crypto'
import { link, open, readFile, unlink } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from './config.ts'

/** However many processes start together, all of them read the same secret. */
export async function loadSecretKey(config: Config): Promise<string> {
  if (config.secretKey !== undefined) return config.secretKey
  const file = path.join(config.dataDir, 'secret.key')
  return (await readSecret(file)) ?? (await makeSecret(file))
}

async function readSecret(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** A link to a finished file appears whole or not at all, and only once. */
async function makeSecret(file: string): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  await handle.writeFile(`${randomBytes(32).toString('hex')}\n`)
  await handle.sync()
  await handle.close()
  await link(draft, file).catch(() => undefined) // another process was first: its secret is the one
  await unlink(draft)
  const secret = await readSecret(file)
  if (secret === undefined) throw new Error(`${file} could not be made`)
  return secret
}
