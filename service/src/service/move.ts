// The joiner of moves: the installation of the environment, and the places that another configuration names.
import { realpath } from 'node:fs/promises'
import { farewellIn } from '../blobs/disk/farewell.ts'
import type { Config } from '../config/config.ts'
import { readSecrets, secretFile } from '../config/secret-key.ts'
import { Fault } from '../ground/fault.ts'
import { hasSqlite } from '../records/sqlite/examine-sqlite.ts'
import { openMoving } from '../records/sqlite/open-moving.ts'
import type { MovePorts } from '../upkeep/move.ts'
import type { ByteTarget, Places, RowTarget } from '../upkeep/move-ports.ts'
import { bucketComplaint, openBlobs } from './open-blobs.ts'
import { mustBeRestored } from './whole.ts'

export interface MoveTarget {
  config: Config
  /** The file that the configuration is from. */
  file: string
}

export interface MoveOptions {
  /** Servers may run meanwhile. */
  isAhead: boolean
  /** The target may have another secret than the source. */
  takesNewSecret: boolean
}

/** Lends all that a move needs; throws a Fault where the two configurations do not allow one. */
export async function withMove<T>(
  config: Config,
  target: MoveTarget,
  { isAhead, takesNewSecret }: MoveOptions,
  use: (ports: Omit<MovePorts, 'watch'>) => Promise<T>,
): Promise<T> {
  mustBeRestored(config)
  const places = await placesOf(config, target)
  if (!takesNewSecret) await mustHaveSameSecret(config, target)
  const complaint = places.bytes === undefined ? undefined : await bucketComplaint(target.config)
  if (complaint !== undefined) throw new Fault([`${target.file}: ${complaint}`])
  const rows = await openMoving(config.dataDir, { isAlone: !isAhead })
  try {
    const blobs = await openBlobs(config)
    const farewell = farewellIn(config.dataDir)
    return await withTargets(target, places, targets =>
      use({ rows, blobs, targets, places, farewell }),
    ).finally(blobs.close)
  } finally {
    await rows.close()
  }
}

/** What moves, and where to. */
async function placesOf(config: Config, { config: target, file }: MoveTarget): Promise<Places> {
  const { dataDir, database, s3 } = config
  if (database !== undefined)
    throw new Fault([
      'The rows are in PostgreSQL: only an installation whose rows are in DATA_DIR can be moved.',
    ])
  if (!hasSqlite(dataDir))
    throw new Fault([`DATA_DIR ${dataDir} holds no installation: set it to the folder of yours.`])
  const isSameFolder = (await realPathOf(target.dataDir)) === (await realPathOf(dataDir))
  const isSameBucket = placeOfBytes(s3) === placeOfBytes(target.s3)
  const faults: string[] = []
  if (s3 !== undefined && !isSameBucket)
    faults.push(
      'the bytes of this installation are in a bucket already and stay there: name the same S3_ENDPOINT, S3_BUCKET and S3_PREFIX.',
    )
  else if (!isSameFolder && (target.database === undefined || target.s3 === undefined))
    faults.push(
      `what stays in a folder stays in DATA_DIR ${dataDir}: set DATA_DIR to it, or DATABASE_URL and S3_BUCKET to move all.`,
    )
  else if (target.database === undefined && isSameBucket)
    faults.push(
      'it names the place where this installation is: set DATABASE_URL to move its rows, S3_BUCKET to move its bytes.',
    )
  if (faults.length > 0) throw new Fault(faults.map(fault => `${file}: ${fault}`))
  return {
    rows: target.database === undefined ? undefined : placeOfRows(target.database.url),
    bytes: isSameBucket ? undefined : placeOfBytes(target.s3),
  }
}

const realPathOf = (folder: string): Promise<string> => realpath(folder).catch(() => folder)

/** Without what is secret in it. */
function placeOfRows(url: string): string {
  const { host, pathname } = new URL(url)
  return `PostgreSQL ${host}${pathname}`
}

const placeOfBytes = (s3: Config['s3']): string | undefined =>
  s3 && `bucket ${s3.bucket}/${s3.prefix} at ${s3.endpoint ?? `AWS in ${s3.region}`}`

async function mustHaveSameSecret(config: Config, { config: target, file }: MoveTarget): Promise<void> {
  const [ours, theirs] = [await secretsOf(config), await secretsOf(target)]
  if (ours.every(secret => theirs.includes(secret))) return
  const place =
    config.secretKeys === undefined ? `what ${secretFile(config)} holds` : 'the SECRET_KEY of this one'
  throw new Fault([
    `${file}: SECRET_KEY lacks a secret of this installation, so upload URLs and cursors that are open now would end with the move (a retry gives new ones): set it to ${place}, or say --new-secret.`,
  ])
}

const secretsOf = async (config: Config): Promise<readonly string[]> =>
  config.secretKeys ?? (await readSecrets(secretFile(config))) ?? []

async function withTargets<T>(
  { config, file }: MoveTarget,
  places: Places,
  use: (targets: { rows: RowTarget | undefined; bytes: ByteTarget | undefined }) => Promise<T>,
): Promise<T> {
  const rows = await openRowTarget(places.rows === undefined ? undefined : config.database, file)
  try {
    const blobs = places.bytes === undefined ? undefined : await openBlobs(config)
    const bytes = blobs?.moveMark && { blobs, mark: blobs.moveMark }
    return await use({ rows, bytes }).finally(() => blobs?.close())
  } finally {
    await rows?.close()
  }
}

async function openRowTarget(database: Config['database'], file: string) {
  if (database === undefined) return undefined
  const postgres = await import('../records/postgres/open-row-target.ts')
  const target = await naming(file, () => postgres.openRowTarget(database.url))
  return { ...target, claim: (source: string) => naming(file, () => target.claim(source)) }
}

/** What is wrong with a target is told with the name of the file that names it. */
async function naming<T>(file: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    throw new Fault(
      cause.reasons.map(reason => `${file}: ${reason}`),
      { cause },
    )
  }
}
