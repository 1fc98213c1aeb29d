// Commands that work on an installation's rows, also while its server runs.
import { mkdir } from 'node:fs/promises'
import { type Config, readSettings } from '../config/config.ts'
import { systemClock } from '../ground/clock.ts'
import { randomIds } from '../ground/ids.ts'
import { openWholeRows } from '../service/whole.ts'
import type { Records } from '../service.ts'
import { CommandFailure } from './failure.ts'

export type RecordPorts = Records & { clock: typeof systemClock; ids: typeof randomIds }

/** The configuration, or every complaint about it. */
export function usableConfig(): Config {
  const { config, complaints } = readSettings()
  if (complaints.length > 0) throw new CommandFailure(complaints)
  return config
}

/** Lends the rows of the installation that the environment names, and closes them afterwards. */
export async function withRecords<T>(use: (ports: RecordPorts) => Promise<T>): Promise<T> {
  const config = usableConfig()
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 }).catch(cause => {
    throw new CommandFailure([`DATA_DIR ${config.dataDir} cannot be made: name a folder you may write.`], {
      cause,
    })
  })
  const records = await openWholeRows(config)
  try {
    return await use({ ...records, clock: systemClock, ids: randomIds })
  } finally {
    await records.close()
  }
}

/** The workspace a command is about: the one named, or the only live one there is. */
export async function chosenWorkspace(
  ports: Pick<Records, 'workspaces'>,
  named: string | undefined,
): Promise<string> {
  const workspaces = await ports.workspaces.list()
  const live = workspaces.filter(({ mode }) => mode === 'live')
  const list = workspaces.map(({ id, name }) => `${id} (${name})`).join(', ')
  const [first] = live
  if (first === undefined)
    throw new CommandFailure([
      'There is no workspace yet: "herbarium workspace create --name NAME" makes one.',
    ])
  if (named === undefined && live.length === 1) return first.id
  if (named === undefined)
    throw new CommandFailure([`There are ${live.length} workspaces, so name one with --workspace: ${list}.`])
  if (!workspaces.some(({ id }) => id === named))
    throw new CommandFailure([`There is no workspace ${named}; there is ${list}.`])
  return named
}
