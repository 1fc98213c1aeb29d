// What rows and files of a data folder say of each other, read behind the product's back.
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

interface AssetRow {
  id: string
  workspace_id: string
  status: string
  size_bytes: number | null
  sha256: string | null
  blob_key: string | null
}

interface AttemptRow {
  asset_id: string
  n: number
  state: string
  received_key: string | null
  received_bytes: number | null
  partial_key: string | null
  partial_bytes: number | null
}

/** Every promise about rows and their files that does not hold, in words; none in a folder that is well. */
export async function brokenPromises(dataDir: string): Promise<string[]> {
  const { assets, attempts, counters, readyEvents } = readRows(dataDir)
  const broken: string[] = []
  for (const asset of assets) {
    if (asset.status === 'ready') broken.push(...(await faultsOfReady(dataDir, asset)))
    const mine = attempts.filter(({ asset_id }) => asset_id === asset.id)
    const wins = mine.filter(({ state }) => state === 'won').length
    const expected = asset.status === 'ready' ? 1 : 0
    if (wins !== expected) broken.push(`${asset.id} is ${asset.status}, and ${wins} attempts won`)
    const events = readyEvents.filter(id => id === asset.id).length
    if (events !== expected) broken.push(`${asset.id} is ${asset.status}, with ${events} asset.ready events`)
    if (!mine.length) broken.push(`${asset.id} has no attempt`)
  }
  for (const attempt of attempts.filter(isAlive)) broken.push(...(await faultsOfArrived(dataDir, attempt)))
  return [...broken, ...miscounted({ assets, attempts, counters })]
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

const isAlive = ({ state }: AttemptRow): boolean => state === 'open' || state === 'received'

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

function miscounted({ assets, attempts, counters }: Omit<ReturnType<typeof readRows>, 'readyEvents'>) {
  return counters.flatMap(({ workspace_id, ...counted }) => {
    const mine = assets.filter(asset => asset.workspace_id === workspace_id)
    const ids = new Set(mine.map(({ id }) => id))
    const alive = attempts.filter(attempt => ids.has(attempt.asset_id) && isAlive(attempt))
    const facts = {
      assets: mine.length,
      bytes: sum(mine.map(asset => (asset.status === 'ready' ? asset.size_bytes : 0))),
      open_attempts: alive.length,
      received_bytes: sum(alive.flatMap(attempt => [attempt.received_bytes, attempt.partial_bytes])),
    }
    const isRight = JSON.stringify(facts) === JSON.stringify(counted)
    return isRight ? [] : [`counted ${JSON.stringify(counted)} and there are ${JSON.stringify(facts)}`]
  })
}

const sum = (numbers: (number | null)[]): number => numbers.reduce<number>((all, n) => all + (n ?? 0), 0)

const fileOf = (dataDir: string, key: string | null): string => path.join(dataDir, 'blobs', key ?? '')

const sizeOf = async (dataDir: string, key: string | null): Promise<number | undefined> =>
  (await stat(fileOf(dataDir, key)).catch(() => undefined))?.size

function readRows(dataDir: string) {
  const database = new DatabaseSync(path.join(dataDir, 'herbarium.db'), { readOnly: true, timeout: 5000 })
  // What each statement selects is what its type says.
  const read = <T>(sql: string) => database.prepare(sql).all() as unknown as T[]
  try {
    database.exec('begin')
    return {
      assets: read<AssetRow>('select id, workspace_id, status, size_bytes, sha256, blob_key from assets'),
      attempts: read<AttemptRow>(
        'select asset_id, n, state, received_key, received_bytes, partial_key, partial_bytes from attempts',
      ),
      counters: read<
        Record<'assets' | 'bytes' | 'open_attempts' | 'received_bytes', number> & { workspace_id: string }
      >('select workspace_id, assets, bytes, open_attempts, received_bytes from counters'),
      readyEvents: read<{ asset_id: string }>("select asset_id from events where type = 'asset.ready'").map(
        ({ asset_id }) => asset_id,
      ),
    }
  } finally {
    database.close()
  }
}
