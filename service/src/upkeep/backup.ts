// A copy of the whole installation while it runs: the rows of one moment, and every byte they name.
import type { Clock } from '../ground/clock.ts'
import { Fault } from '../ground/fault.ts'
import { type CopyReport, copyAllNamed, copyBytes, count, nothingCopied } from './copying.ts'
import type { BackupFolder, Installation, NamedBytes, Progress, Snapshot } from './ports.ts'
import { isStillNamed } from './still-named.ts'
import { unnamedKeys } from './unnamed-keys.ts'

export interface BackupPorts {
  source: Installation
  target: BackupFolder
  /** Opens the rows that were written to a file. */
  openSnapshot(file: string): Promise<Snapshot>
  clock: Clock
}

/** With any damage nothing was put in place: the last backup is as it was. */
export type BackupReport = CopyReport

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
  const run: Run = { ...nothingCopied(), gone: [] }
  const copy = (named: NamedBytes) => copyOne(ports, run, named)
  await copyAllNamed(snapshot, copy, { report: run, withReceived: true, onProgress })
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
  count(run, named, { isKept: isThere })
}
