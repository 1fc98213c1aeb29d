// The joiner of upkeep: an installation's rows and bytes, and the folders they are copied to and from.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { mustBeApart } from '../blobs/disk/apart.ts'
import {
  BACKUP_LOCK,
  claimBackupFolder,
  openBackupFolder,
  openReadableBackup,
} from '../blobs/disk/backup-folder.ts'
import { claimRestoreFolder, openRestoreFolder, RESTORE_LOCK } from '../blobs/disk/restore-folder.ts'
import { storedFiles } from '../blobs/disk/stored-files.ts'
import { surveyFolder } from '../blobs/disk/survey-folder.ts'
import type { Config } from '../config/config.ts'
import { readSecrets, secretFile } from '../config/secret-key.ts'
import { systemClock } from '../ground/clock.ts'
import { Refusal } from '../ground/errors.ts'
import { Fault } from '../ground/fault.ts'
import type { Records } from '../records/records.ts'
import { exclusively } from '../records/sqlite/lock.ts'
import { openSnapshot } from '../records/sqlite/open-snapshot.ts'
import type { BackupPorts } from '../upkeep/backup.ts'
import type { DoctorPorts } from '../upkeep/doctor.ts'
import type { Installation, StoredBytes } from '../upkeep/ports.ts'
import type { RestorePorts } from '../upkeep/restore.ts'
import { blobsFolder, knownStore, openBlobs } from './open-blobs.ts'
import { storePorts } from './probe-store.ts'
import { examineRows, mustHaveOwnRows, openRowsThere, rowsAdvice, serverPorts } from './rows.ts'
import { mustBeWhole, openWholeBlobs } from './whole.ts'

/** Lends the rows and bytes of an installation that is there; throws a Fault where there is none. */
export async function withInstallation<T>(
  config: Config,
  use: (ports: Installation & { records: Records; clock: typeof systemClock }) => Promise<T>,
): Promise<T> {
  await mustBeWhole(config)
  const records = await openRowsThere(config)
  try {
    const { assets, upkeep } = records
    const blobs = await openWholeBlobs(config)
    return await use({ assets, upkeep, records, blobs, clock: systemClock }).finally(blobs.close)
  } finally {
    await records.close()
  }
}

/** Lends all that a backup into `folder` needs, while no other one is made there. */
export async function withBackupFolder<T>(
  config: Config,
  folder: string,
  use: (ports: BackupPorts) => Promise<T>,
): Promise<T> {
  mustHaveOwnRows(config)
  await mustBeApart(config.dataDir, folder)
  return withInstallation(config, async source => {
    await claimBackupFolder(folder)
    return alone(path.join(folder, BACKUP_LOCK), async () => {
      const file = secretFile(config)
      const secret = config.secretKeys === undefined && existsSync(file) ? file : undefined
      const target = await openBackupFolder(folder, secret)
      return use({ source, target, openSnapshot, clock: systemClock })
    })
  })
}

/** Lends all that a restore from `folder` needs. */
export async function withRestoreFolder<T>(
  config: Config,
  folder: string,
  use: (ports: RestorePorts) => Promise<T>,
): Promise<T> {
  mustHaveOwnRows(config)
  await mustBeApart(config.dataDir, folder)
  const source = await openReadableBackup(folder)
  await claimRestoreFolder(config.dataDir)
  return alone(path.join(config.dataDir, RESTORE_LOCK), async () => {
    const target = await openRestoreFolder(config.dataDir, { folder, note: source.note })
    if (config.s3 === undefined) return use({ source, target, openSnapshot })
    const blobs = await openWholeBlobs(config)
    return use({ source, target: { ...target, blobs }, openSnapshot }).finally(blobs.close)
  })
}

/** What the doctor looks at; nothing is opened that would change. */
export const doctorPorts = async (config: Config, complaints: string[]): Promise<DoctorPorts> => ({
  complaints,
  survey: async () => {
    const file = secretFile(config)
    const fault = await readSecrets(file).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    const secret = config.secretKeys === undefined ? { file, fault } : undefined
    return surveyFolder(config.dataDir, secret, { holdsBytes: config.s3 === undefined })
  },
  store: complaints.some(isOfStore) ? undefined : storePorts(config),
  server: serverPorts(config),
  openRows: async () => {
    await mustBeWhole(config)
    return examineRows(config)
  },
  rowsAdvice: rowsAdvice(config),
  storeName: () => knownStore(config),
  stored: await storedBytes(config, complaints),
  clock: systemClock,
})

async function storedBytes(config: Config, complaints: string[]): Promise<StoredBytes | undefined> {
  if (config.s3 === undefined) return storedFiles(blobsFolder(config))
  return complaints.some(isOfStore) ? undefined : openBlobs(config)
}

/** What is left of settings that are wrong may lead to another store. */
const isOfStore = (complaint: string): boolean => complaint.startsWith('S3_')

async function alone<T>(lockFile: string, act: () => Promise<T>): Promise<T> {
  let isMine = false
  try {
    return await exclusively(lockFile, () => {
      isMine = true
      return act()
    })
  } catch (error) {
    if (isMine || !(error instanceof Refusal)) throw error
    throw new Fault([`${path.dirname(lockFile)} is in use by another backup or restore: wait for its end.`], {
      cause: error,
    })
  }
}
