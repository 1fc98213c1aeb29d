// What rows and files of a data folder say of each other, read behind the product's back.
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  type AssetRow,
  type AttemptRow,
  contradictions,
  isAlive,
  ROWS,
  type Rows,
  rowsFrom,
} from './row-facts.ts'

/** Every promise about rows and their files that does not hold, in words; none in a folder that is well. */
export async function brokenPromises(dataDir: string): Promise<string[]> {
  const rows = readRows(dataDir)
  const { assets, attempts } = rows
  const broken: string[] = []
  for (const asset of assets)
    if (asset.status === 'ready') broken.push(...(await faultsOfReady(dataDir, asset)))
  for (const attempt of attempts.filter(isAlive)) broken.push(...(await faultsOfArrived(dataDir, attempt)))
  return [...contradictions(rows), ...broken]
}

/** Files in the folders of bytes that no row names, relative to those. */
export function strayFiles(dataDir: string): string[] {
  const { assets, attempts } = readRows(dataDir)
  const named = new Set([
    ...assets.map(({ blob_key }) => blob_key),
    ...attempts.filter(isAlive).flatMap(({ received_key, partial_key }) => [
      received_key,
      partial_key,
      partial_key?.replace('quarantine/', 'incoming/'), // until it is whole
    ]),
  ])
  const blobs = path.join(dataDir, 'blobs')
  const entries = readdirSync(blobs, { recursive: true, withFileTypes: true }) // 256 folders: at once is quicker
  return entries
    .filter(entry => entry.isFile())
    .map(entry => path.relative(blobs, path.join(entry.parentPath, entry.name)))
    .filter(file => !named.has(file) && file !== 'store.id')
    .sort()
}

async function faultsOfArrived(dataDir: string, attempt: AttemptRow): Promise<string[]> {
  const { asset_id, state, received_key, received_bytes, partial_bytes } = attempt
  const isWhole = state !== 'received' || (await sizeOf(dataDir, received_key)) === received_bytes
  const isKept = !partial_bytes || (await partialSizeOf(dataDir, attempt)) >= partial_bytes
  return [
    ...(isWhole ? [] : [`the received bytes of ${asset_id} are not there whole`]),
    ...(isKept ? [] : [`${partial_bytes} bytes of ${asset_id} had arrived and are not there`]),
  ]
}

/** Bytes that have arrived in part lie with the unfinished files, and with the whole ones once they are the last. */
async function partialSizeOf(dataDir: string, { partial_key }: AttemptRow): Promise<number> {
  const unfinished = partial_key?.replace('quarantine/', 'incoming/') ?? null
  return (await sizeOf(dataDir, unfinished)) ?? (await sizeOf(dataDir, partial_key)) ?? 0
}

async function faultsOfReady(dataDir: string, asset: AssetRow): Promise<string[]> {
  const bytes = await readFile(fileOf(dataDir, asset.blob_key)).catch(() => undefined)
  if (bytes === undefined) return [`${asset.id} is ready and its file is not there`]
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return [
    ...(bytes.length === asset.size_bytes ? [] : [`${asset.id} is ready with ${bytes.length} bytes`]),
    ...(sha256 === asset.sha256 ? [] : [`${asset.id} is ready and its bytes have another hash`]),
  ]
}

const fileOf = (dataDir: string, key: string | null): string => path.join(dataDir, 'blobs', key ?? '')

const sizeOf = async (dataDir: string, key: string | null): Promise<number | undefined> =>
  (await stat(fileOf(dataDir, key)).catch(() => undefined))?.size

function readRows(dataDir: string): Rows {
  const database = new DatabaseSync(path.join(dataDir, 'herbarium.db'), { readOnly: true, timeout: 5000 })
  try {
    database.exec('begin')
    return rowsFrom(name => database.prepare(ROWS[name]).all())
  } finally {
    database.close()
  }
}
