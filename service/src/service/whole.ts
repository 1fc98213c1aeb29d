// Whether an installation is one: neither half of a restore or a move, nor what a move has left behind.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { farewellIn, MOVED } from '../blobs/disk/farewell.ts'
import { RESTORE_LOCK } from '../blobs/disk/restore-folder.ts'
import type { Config } from '../config/config.ts'
import { Fault } from '../ground/fault.ts'
import type { Records } from '../records/records.ts'
import { inWords } from '../upkeep/move.ts'
import { type OpenBlobs, openBlobs } from './open-blobs.ts'
import { openRows } from './rows.ts'

/** Throws a Fault for a data folder that must not be taken for a whole installation. */
export async function mustBeWhole(config: Config): Promise<void> {
  mustBeRestored(config)
  const { dataDir, database, s3 } = config
  const gone = await farewellIn(dataDir).find()
  const isGone = (gone?.rows && database === undefined) || (gone?.bytes && s3 === undefined)
  if (gone !== undefined && isGone)
    throw new Fault([
      `DATA_DIR ${dataDir} has moved, or is in the last step of moving, to ${inWords(gone)}: run "herbarium migrate-to" again, or start the service there. To give the move up and use this folder as it was left, remove its ${MOVED}.`,
    ])
}

export function mustBeRestored({ dataDir }: Config): void {
  if (existsSync(path.join(dataDir, RESTORE_LOCK)))
    throw new Fault([
      `DATA_DIR ${dataDir} is being restored, or its restore was cut off: run "herbarium restore" again.`,
    ])
}

/** Opens the rows; the data folder must exist. Throws as `mustBeWhole`. */
export async function openWholeRows(config: Config): Promise<Records> {
  await mustBeWhole(config)
  return openRows(config)
}

/** Opens the bytes; throws a Fault for a bucket that has not got all of them yet. */
export async function openWholeBlobs(config: Config): Promise<OpenBlobs> {
  const blobs = await openBlobs(config)
  const source = await blobs.moveMark?.find().catch(async error => {
    await blobs.close()
    throw error
  })
  if (source === undefined) return blobs
  await blobs.close()
  throw new Fault([
    `An installation is being moved to the bucket that S3_BUCKET names, or its move was cut off: run "herbarium migrate-to" again.`,
  ])
}
