// Every byte that rows name, brought to another store and read back there before it gets its name.
import { Fault } from '../ground/fault.ts'
import { copyBytes } from './backup.ts'
import { checkBytes, type Damage, type Problem } from './check-bytes.ts'
import { fewAtATime } from './few-at-a-time.ts'
import type { MovingRows } from './move-ports.ts'
import type { BlobStore, NamedBytes, Progress } from './ports.ts'
import { isStillNamed } from './still-named.ts'
import { unnamedKeys } from './unnamed-keys.ts'

export interface MoveBytesReport {
  assets: number
  bytes: number
  received: number
  copied: number
  copiedBytes: number
  /** Files that lay in the target already. */
  kept: number
  /** Files of an earlier run that no row names any more. */
  removed: number
  /** With any, the move is not complete. */
  damaged: Damage[]
}

interface BytePorts {
  rows: MovingRows
  from: BlobStore
  to: BlobStore
}

export async function moveBytes(
  ports: BytePorts,
  options: { withReceived: boolean; onProgress: Progress },
): Promise<MoveBytesReport> {
  const report: MoveBytesReport = {
    assets: 0,
    bytes: 0,
    received: 0,
    copied: 0,
    copiedBytes: 0,
    kept: 0,
    removed: 0,
    damaged: [],
  }
  const total = (await ports.rows.readyTotals()).bytes
  if (options.withReceived)
    await fewAtATime(ports.rows.receivedBytes(), named => moveOne(ports, report, named))
  await fewAtATime(ports.rows.readyBytes(), async named => {
    await moveOne(ports, report, named)
    options.onProgress(Math.min(report.bytes, total), total)
  })
  return report
}

async function moveOne(ports: BytePorts, report: MoveBytesReport, named: NamedBytes): Promise<void> {
  const isKept = await isThere(ports.to, named)
  const problem = isKept ? undefined : await bring(ports, named)
  if (problem !== undefined) {
    if (await isStillNamed(ports.rows, named)) report.damaged.push({ named, problem })
    return
  }
  if (isKept) report.kept++
  else report.copied++
  if (!isKept) report.copiedBytes += named.sizeBytes
  if (named.attempt !== null) report.received++
  else report.assets++
  if (named.attempt === null) report.bytes += named.sizeBytes
}

/** What has its media key was read back before it got it. Received bytes have theirs from the start: they are read. */
async function isThere(to: BlobStore, named: NamedBytes): Promise<boolean> {
  if (named.attempt !== null) return (await checkBytes(to, named)) === undefined
  return (await to.findStored(named.key))?.bytes === named.sizeBytes
}

/** The hash of the source is taken on the way, that of the target from what its store gives back. */
async function bring(ports: BytePorts, named: NamedBytes): Promise<Problem | undefined> {
  const { from, to } = ports
  const arrival = named.attempt === null ? arrivalOf(named.key) : named.key
  const problem = await copyBytes(from, to, named, arrival)
  if (problem !== undefined) return problem
  const changed = await checkBytes(to, { ...named, key: arrival })
  if (changed !== undefined)
    throw new Fault([
      `${named.key} of ${named.assetId} came back from the target otherwise than it was sent (${changed.replace('_', ' ')}): check the store and run this again.`,
    ])
  return named.attempt === null ? publish(ports, arrival, named) : undefined
}

/** Under this name media waits until it was read back: that of a quarantined file which no attempt has. */
const arrivalOf = (mediaKey: string): string => `quarantine/${mediaKey.replace(/^.*\//, '')}.0`

/** As a service publishes. An asset that went meanwhile has nothing to publish. */
async function publish(
  { rows, to }: BytePorts,
  arrival: string,
  named: NamedBytes,
): Promise<Problem | undefined> {
  const asset = await rows.assets.find(named.assetId)
  if (asset !== undefined) await to.promote(arrival, named.key, asset)
  await to.remove(arrival)
  return asset === undefined ? 'missing' : undefined
}

/** Removes what an earlier run brought and no row names any more, and what a run that was cut off left unfinished. */
export async function removeUnnamed(to: BlobStore, rows: MovingRows): Promise<number> {
  const unnamed = await unnamedKeys(to, rows)
  for await (const page of to.stored('incoming'))
    unnamed.push(...page.filter(({ isOurs }) => isOurs).map(({ key }) => key))
  for (const key of unnamed) await to.remove(key)
  return unnamed.length
}
