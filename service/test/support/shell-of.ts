// A shell in which `herbarium` works on the assets of one key, and remembers in a folder of its own.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { linesOf, type Outcome, runHerbarium } from './run-herbarium.ts'
import type { Environment } from './start-process.ts'

export interface Shell {
  /** Empty; for whatever a test writes, and where nothing else is. */
  folder: string
  environment: Environment
  herbarium(...args: string[]): Promise<Outcome>
  /** The same with --json: what each line of stdout says. */
  lines(...args: string[]): Promise<{ code: number | null; said: Record<string, unknown>[] }>
  close(): Promise<void>
}

export async function openShell(place: { baseUrl: string; apiKey: string }): Promise<Shell> {
  const root = await mkdtemp(path.join(tmpdir(), 'herbarium-shell-'))
  const folder = await mkdtemp(path.join(root, 'work-'))
  const environment = {
    FLORA_BASE_URL: place.baseUrl,
    FLORA_API_KEY: place.apiKey,
    XDG_STATE_HOME: path.join(root, 'state'),
  }
  const herbarium = (...args: string[]) => runHerbarium(args, environment, 60_000)
  return {
    folder,
    environment,
    herbarium,
    lines: async (...args) => {
      const { code, stdout } = await herbarium(...args, '--json')
      return { code, said: linesOf(stdout).map(line => JSON.parse(line)) }
    },
    close: () => rm(root, { recursive: true, force: true }),
  }
}
