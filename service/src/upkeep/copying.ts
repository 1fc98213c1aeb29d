// Copying the bytes that rows name into another store, and counting what was copied.
import { checkBytes, type Damage, type Problem } from './check-bytes.ts'
import { fewAtATime } from './few-at-a-time.ts'
import type { BlobStore, NamedBytes, NamedRows, Progress } from './ports.ts'

export interface CopyReport {
  assets: number
  bytes: number
  received: number
  copied: number
  copiedBytes: number
  /** Files that lay in the target already. */
  kept: number
  /** Files in the target that no row names any more. */
  removed: number
  /** With any, the copy is not complete. */
  damaged: Damage[]
}

export const nothingCopied = (): CopyReport => ({
  assets: 0,
  bytes: 0,
  received: 0,
  copied: 0,
  copiedBytes: 0,
  kept: 0,
  removed: 0,
  damaged: [],
})

/** Copies all received and then all ready bytes, each by `copyOne`, which counts it in the report. */
export async function copyAllNamed(
  rows: NamedRows,
  copyOne: (named: NamedBytes) => Promise<void>,
  {
    report,
    withReceived,
    onProgress,
  }: { report: CopyReport; withReceived: boolean; onProgress?: Progress | undefined },
): Promise<void> {
  const total = (await rows.readyTotals()).bytes
  if (withReceived) await fewAtATime(rows.receivedBytes(), copyOne)
  await fewAtATime(rows.readyBytes(), async named => {
    await copyOne(named)
    onProgress?.(Math.min(report.bytes, total), total)
  })
}

export function count(report: CopyReport, named: NamedBytes, { isKept }: { isKept: boolean }): void {
  if (isKept) report.kept++
  else report.copied++
  if (!isKept) report.copiedBytes += named.sizeBytes
  if (named.attempt !== null) report.received++
  else report.assets++
  if (named.attempt === null) report.bytes += named.sizeBytes
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
