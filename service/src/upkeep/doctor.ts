// What is in order with an installation, what is not, and what to do about it. Nothing is changed.
import { GRACE_MS } from '../assets/discard-leftovers.ts'
import type { Clock } from '../ground/clock.ts'
import { type Check, fail, listed, ok, seconds, warn, wordsOf } from './doctor/check.ts'
import { type ServerFacts, serverChecks } from './doctor/database.ts'
import { liveServers } from './doctor/live-servers.ts'
import { type StorePorts, storeChecks } from './doctor/store.ts'
import type { StoredBytes, UpkeepRecords } from './ports.ts'
import { placeChecks, type Survey } from './survey.ts'

/** The rows as they are, whatever schema they have. */
export interface Examination {
  /** What soundness means here, for one who reads that it is so. */
  soundness: string
  /** Steps of the schema that were made and are not known here, and the other way round. */
  schema(): Promise<{ unknown: string[]; missing: string[] }>
  upkeep: UpkeepRecords
  close(): Promise<void>
}

export interface DoctorPorts {
  /** What is wrong with the configuration, a sentence each. */
  complaints: string[]
  survey(): Promise<Survey>
  /** Where the bytes are in a bucket. */
  store: StorePorts | undefined
  /** Where the rows are in a database server. */
  server: { facts(): Promise<ServerFacts>; connections: number } | undefined
  /** Undefined where there are none yet. */
  openRows(): Promise<Examination | undefined>
  /** What to do when rows cannot be opened, read or trusted. */
  rowsAdvice: string
  /** What the store of these bytes is called; undefined where it was never served. */
  storeName(): Promise<string | undefined>
  /** Undefined where the settings of the store cannot be used. */
  stored: StoredBytes | undefined
  clock: Clock
}

/** A clock may be behind the newest row by so much before it is worth a word: rows come from several clocks. */
const SKEW_MS = 5_000
const STUBBORN_TRIES = 5

export async function examine(ports: DoctorPorts): Promise<Check[]> {
  const survey = await ports.survey()
  const place = [configurationCheck(ports.complaints), ...placeChecks(survey)]
  const store = ports.store === undefined ? [] : await storeChecks(ports.store)
  const checks = [...place, ...store]
  if (!survey.isThere && ports.server === undefined) return checks
  const rows = await ports
    .openRows()
    .catch((error: unknown) => fail('database', wordsOf(error), ports.rowsAdvice))
  if (rows !== undefined && 'status' in rows) return [...checks, rows]
  const server = await databaseChecks(ports)
  if (rows === undefined)
    return [
      ...checks,
      warn('database', 'there is none yet', 'The first "herbarium serve" makes it.'),
      ...server,
    ]
  try {
    const isListed = store.every(({ name, status }) => !LISTING.has(name) || status === 'ok')
    return [...checks, ...server, ...(await rowChecks(ports, rows, isListed ? ports.stored : undefined))]
  } finally {
    await rows.close()
  }
}

/** Without these, nothing can be said of files. */
const LISTING = new Set(['bucket', 'bucket_list'])

async function databaseChecks({ server, rowsAdvice }: DoctorPorts): Promise<Check[]> {
  if (server === undefined) return []
  try {
    return serverChecks(await server.facts(), server.connections)
  } catch (error) {
    return [fail('db_server', wordsOf(error), rowsAdvice)]
  }
}

async function rowChecks(
  ports: DoctorPorts,
  rows: Examination,
  stored: StoredBytes | undefined,
): Promise<Check[]> {
  const looks: [string, () => Promise<Check>][] = [
    ['database', () => integrityCheck(ports, rows)],
    ['schema', () => schemaCheck(rows)],
    ['clock', () => clockCheck(ports, rows)],
    ['servers', () => liveServers(ports, rows)],
    ['missing_files', () => (stored ? missingFiles(stored, rows) : untold('missing_files'))],
    ['orphaned_files', () => (stored ? orphanedFiles(stored, ports, rows) : untold('orphaned_files'))],
    ['jobs', () => jobsCheck(rows)],
  ]
  const checks: Check[] = []
  for (const [name, look] of looks)
    checks.push(await look().catch((error: unknown) => fail(name, wordsOf(error), ports.rowsAdvice)))
  return checks
}

const untold = async (name: string): Promise<Check> =>
  warn(name, 'cannot be told while the bucket cannot be listed', 'Mend that first.')

function configurationCheck(complaints: string[]): Check {
  if (complaints.length === 0) return ok('configuration', 'every variable can be used')
  return fail(
    'configuration',
    complaints.join(' ').replace(/\.$/, ''),
    'Set them right (docs/configuration.md).',
  )
}

async function integrityCheck(
  { rowsAdvice }: DoctorPorts,
  { upkeep, soundness }: Examination,
): Promise<Check> {
  const faults = await upkeep.integrity()
  return faults.length === 0 ? ok('database', soundness) : fail('database', listed(faults), rowsAdvice)
}

async function schemaCheck(rows: Examination): Promise<Check> {
  const { unknown, missing } = await rows.schema()
  if (unknown.length > 0)
    return fail('schema', `a newer Herbarium made ${listed(unknown)}`, 'Run that version or a later one.')
  return missing.length > 0
    ? warn(
        'schema',
        `${listed(missing)} is still to be made`,
        'The next start or command does it; to be able to go back, back up before with the version you have.',
      )
    : ok('schema', 'is the one this version knows')
}

async function clockCheck({ clock }: DoctorPorts, { upkeep }: Examination): Promise<Check> {
  const newest = await upkeep.newestTime()
  const behindMs = newest === undefined ? 0 : newest - clock.now()
  return behindMs > SKEW_MS
    ? warn(
        'clock',
        `the newest row is ${seconds(behindMs)} ahead of this clock`,
        'Set the clock; until it has caught up, uploads may expire late or too early.',
      )
    : ok('clock', 'is not behind the newest row')
}

async function missingFiles(stored: StoredBytes, { upkeep }: Examination): Promise<Check> {
  const missing: string[] = []
  let count = 0
  for await (const page of upkeep.readyBytes()) {
    const found = await Promise.all(page.map(({ key }) => stored.findStored(key)))
    missing.push(...page.filter((_, n) => found[n] === undefined).map(({ assetId }) => assetId))
    count += page.length
  }
  return missing.length === 0
    ? ok('missing_files', `all ${count} ready assets have their file`)
    : fail(
        'missing_files',
        `${missing.length} of ${count} ready assets have no file: ${listed(missing)}`,
        'Bring the files back from a backup; "herbarium verify" names them all.',
      )
}

async function orphanedFiles(
  stored: StoredBytes,
  { clock }: DoctorPorts,
  { upkeep }: Examination,
): Promise<Check> {
  const orphans: string[] = []
  const foreign: string[] = []
  for await (const page of stored.stored('media')) {
    const ours = page.filter(file => file.isOurs)
    foreign.push(...page.filter(file => !file.isOurs).map(({ key }) => key))
    const known = await upkeep.knownMediaKeys(ours.map(({ key }) => key))
    const old = ours.filter(({ touchedAt }) => touchedAt < clock.now() - GRACE_MS)
    orphans.push(...old.filter(({ key }) => !known.has(key)).map(({ key }) => key))
  }
  if (orphans.length === 0 && foreign.length === 0)
    return ok('orphaned_files', 'every file of media is named by a row, or too young to tell')
  return warn(
    'orphaned_files',
    `${orphans.length} files that no row names, ${foreign.length} that are not ours: ${listed([...orphans, ...foreign])}`,
    '"herbarium repair" lists them all and, with --apply, removes those that are ours.',
  )
}

async function jobsCheck({ upkeep }: Examination): Promise<Check> {
  const stubborn = await upkeep.stubbornJobs(STUBBORN_TRIES)
  return stubborn.length === 0
    ? ok('jobs', `none was begun ${STUBBORN_TRIES} times or more`)
    : warn(
        'jobs',
        `${stubborn.length} are begun again and again: ${listed(stubborn.map(({ kind, assetId, tries }) => `${kind} of ${assetId} (${tries} times)`))}`,
        'The log says why; POST /assets/{id}/retry ends them.',
      )
}
