// A copy of the whole installation while it runs: the rows of one moment, and every byte they name.
import type { Clock } from '../ground/clock.ts'
import { Fault } from '../ground/fault.ts'
import { checkBytes, type Damage, type Problem } from './check-bytes.ts'
import { fewAtATime } from './few-at-a-time.ts'
import type { BackupFolder, BlobStore, Installation, NamedBytes, Progress, Snapshot } from './ports.ts'
import { isStillNamed } from './still-named.ts'
import { unnamedKeys } from './unnamed-keys.ts'

export interface BackupPorts {
  source: Installation
  target: BackupFolder
  /** Opens the rows that were written to a file. */
  openSnapshot(file: string): Promise<Snapshot>
  clock: Clock
}

export interface BackupReport {
  assets: number
  bytes: number
  received: number
  copied: number
  copiedBytes: number
  /** Files of the last backup that this one names too. */
  kept: number
  removed: number
  /** With any, nothing was put in place: the last backup is as it was. */
  damaged: Damage[]
}

interface Run extends BackupReport {
  /** Bytes that went while they were copied, together with their rows. */
  gone: NamedBytes[]
}

/**
 * The rows come first and their bytes afterwards, since bytes never change once they are named. The new rows are put
 * in place when everything they name is there, and only then is removed what they do not name.
 */
export async function backUp(
  ports: BackupPorts,
  options: { program: string; onProgress?: Progress },
): Promise<BackupReport> {
  const { source, target } = ports
  await source.upkeep.snapshot(target.draft)
  const snapshot = await ports.openSnapshot(target.draft)
  try {
    const createdAt = new Date(ports.clock.now()).toISOString()
    await mustBeSound(snapshot)
    await snapshot.leaveBehind()
    const { gone, ...report } = await copyAll(ports, snapshot, options.onProgress)
    if (report.damaged.length > 0) {
      await snapshot.close()
      return report
    }
    await snapshot.forget(gone)
    await snapshot.recount()
    const stale = await unnamedKeys(target.blobs, snapshot)
    await snapshot.seal()
    const { assets, bytes, received } = report
    await target.install({
      format: 1,
      program: options.program,
      created_at: createdAt,
      assets,
      bytes,
      received,
    })
    for (const key of stale) await target.blobs.remove(key)
    return { ...report, removed: stale.length }
  } catch (error) {
    await snapshot.close().catch(() => undefined)
    throw error
  }
}

/** Now, while there is time to mend them: a restore that refuses its rows is too late. */
async function mustBeSound(snapshot: Snapshot): Promise<void> {
  const faults = await snapshot.integrity()
  if (faults.length > 0)
    throw new Fault([
      ...faults,
      'The rows are not sound, so the last backup was left as it is: "herbarium doctor" says what to do.',
    ])
}

async function copyAll(ports: BackupPorts, snapshot: Snapshot, onProgress?: Progress): Promise<Run> {
  const run: Run = {
    assets: 0,
    bytes: 0,
    received: 0,
    copied: 0,
    copiedBytes: 0,
    kept: 0,
    removed: 0,
    damaged: [],
    gone: [],
  }
  const total = (await snapshot.readyTotals()).bytes
  await fewAtATime(snapshot.receivedBytes(), named => copyOne(ports, run, named))
  await fewAtATime(snapshot.readyBytes(), async named => {
    await copyOne(ports, run, named)
    onProgress?.(Math.min(run.bytes, total), total)
  })
  return run
}

async function copyOne(ports: BackupPorts, run: Run, named: NamedBytes): Promise<void> {
  const there = await ports.target.blobs.findStored(named.key)
  const isThere = there?.bytes === named.sizeBytes
  const problem = isThere ? undefined : await copyBytes(ports.source.blobs, ports.target.blobs, named)
  if (problem !== undefined) {
    if (await isStillNamed(ports.source, named)) run.damaged.push({ named, problem })
    else run.gone.push(named)
    return
  }
  if (isThere) run.kept++
  else run.copied++
  if (!isThere) run.copiedBytes += named.sizeBytes
  if (named.attempt !== null) run.received++
  else run.assets++
  if (named.attempt === null) run.bytes += named.sizeBytes
}

/** Writes the bytes under the same key, or another, durably, if they are what their row says; else leaves nothing. */
export async function copyBytes(
  from: BlobStore,
  to: BlobStore,
  named: NamedBytes,
  key: string = named.key,
): Promise<Problem | undefined> {
  if ((await from.findStored(named.key).catch(() => null)) === undefined) return 'missing'
  const writer = await to.create(key)
  try {
    const problem = await checkBytes(from, named, bytes => writer.write(bytes))
    if (problem === undefined) await writer.commit()
    else await writer.abort()
    return problem
  } catch (error) {
    await writer.abort()
    throw error
  }
}
