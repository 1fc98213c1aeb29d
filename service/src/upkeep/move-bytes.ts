// Every byte that rows name, brought to another store and read back there before it gets its name.
import { Fault } from '../ground/fault.ts'
import { checkBytes, type Problem } from './check-bytes.ts'
import { type CopyReport, copyAllNamed, copyBytes, count, nothingCopied } from './copying.ts'
import type { MovingRows } from './move-ports.ts'
import type { BlobStore, NamedBytes, Progress } from './ports.ts'
import { isStillNamed } from './still-named.ts'
import { unnamedKeys } from './unnamed-keys.ts'

interface BytePorts {
  rows: MovingRows
  from: BlobStore
  to: BlobStore
}

export async function moveBytes(
  ports: BytePorts,
  options: { withReceived: boolean; onProgress: Progress },
): Promise<CopyReport> {
  const report = nothingCopied()
  await copyAllNamed(ports.rows, named => moveOne(ports, report, named), { report, ...options })
  return report
}

async function moveOne(ports: BytePorts, report: CopyReport, named: NamedBytes): Promise<void> {
  const isKept = await isThere(ports.to, named)
  const problem = isKept ? undefined : await bring(ports, named)
  if (problem !== undefined) {
    if (await isStillNamed(ports.rows, named)) report.damaged.push({ named, problem })
    return
  }
  count(report, named, { isKept })
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
