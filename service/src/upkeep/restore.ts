// An installation made again from a backup, every byte checked on its way.
import type { Problem } from './check-bytes.ts'
import { copyBytes } from './copying.ts'
import { fewAtATime } from './few-at-a-time.ts'
import type { NamedBytes, Progress, ReadableBackup, RestoreFolder, Snapshot } from './ports.ts'

export interface RestorePorts {
  source: ReadableBackup
  target: RestoreFolder
  openSnapshot(file: string): Promise<Snapshot>
}

export interface RestoreReport {
  assets: number
  bytes: number
  received: number
  /** What is wrong with the backup, a line each; with any, nothing was restored. */
  faults: string[]
}

/** The rows get their place last, so that nothing starts on half an installation; a failure leaves nothing. */
export async function restore(
  ports: RestorePorts,
  options: { onProgress?: Progress } = {},
): Promise<RestoreReport> {
  const report: RestoreReport = { assets: 0, bytes: 0, received: 0, faults: [] }
  try {
    report.faults.push(...(await ports.target.takeFiles()))
    if (report.faults.length === 0) await takeAll(ports, report, options.onProgress)
    if (report.faults.length === 0) await ports.target.finish()
    else await ports.target.clear()
    return report
  } catch (error) {
    await ports.target.clear().catch(() => undefined)
    throw error
  }
}

async function takeAll(ports: RestorePorts, report: RestoreReport, onProgress?: Progress): Promise<void> {
  const snapshot = await ports.openSnapshot(ports.target.draft)
  try {
    const total = (await snapshot.readyTotals()).bytes
    const take = async (named: NamedBytes) => {
      const problem = await copyBytes(ports.source.blobs, ports.target.blobs, named)
      if (problem !== undefined) report.faults.push(inWords(named, problem))
      if (named.attempt !== null) {
        report.received++
        return
      }
      report.assets++
      report.bytes += named.sizeBytes
      onProgress?.(report.bytes, total)
    }
    await fewAtATime(snapshot.receivedBytes(), take)
    await fewAtATime(snapshot.readyBytes(), take)
    await snapshot.seal()
  } catch (error) {
    await snapshot.close().catch(() => undefined)
    throw error
  }
}

const inWords = ({ assetId, key }: NamedBytes, problem: Problem): string =>
  `${key} of ${assetId}: ${problem.replace('_', ' ')}`
