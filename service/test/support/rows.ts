// The rows of an installation beside its server, for what no request can do.
import path from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'

const WAIT_MS = 10_000

/** Runs one statement on the installation's database and answers its rows. */
export function runSql(dataDir: string, sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
  const database = new DatabaseSync(path.join(dataDir, 'herbarium.db'), { timeout: WAIT_MS })
  try {
    return database.prepare(sql).all(...values)
  } finally {
    database.close()
  }
}

/** Where the bytes of a ready asset lie. */
export function blobKeyOf(dataDir: string, assetId: string): string {
  const [row] = runSql(dataDir, 'select blob_key from assets where id = ?', assetId)
  return String(row?.blob_key)
}

export const blobFile = (dataDir: string, key: string): string => path.join(dataDir, 'blobs', key)

/** Removes an asset as a delete does: the row first, its bytes afterwards. */
export async function removeAsset(
  herbarium: { dataDir: string; removeBytes(key: string): Promise<void> },
  assetId: string,
): Promise<void> {
  const key = blobKeyOf(herbarium.dataDir, assetId)
  runSql(herbarium.dataDir, 'delete from assets where id = ?', assetId)
  await herbarium.removeBytes(key)
}
