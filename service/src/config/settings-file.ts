// The settings of another installation, from a file of variables.
import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { readSettings, type Settings } from './config.ts'

/** Reads a file in dotenv style as `readSettings` reads the environment, of which nothing counts here. */
export async function readSettingsFile(file: string): Promise<Settings> {
  let variables: NodeJS.Dict<string> = {}
  let fault: string | undefined
  try {
    variables = parseEnv(await readFile(file, 'utf8'))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    fault = `cannot be read (${code}): name a file with the variables of the new installation.`
  }
  const { config, complaints } = readSettings(variables)
  const all = fault === undefined ? complaints.map(complaint => `: ${complaint}`) : [` ${fault}`]
  return { config, complaints: all.map(complaint => `${file}${complaint}`) }
}
