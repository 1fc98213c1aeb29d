// Reading every byte that is served, and comparing it with what was promised.
import { checkBytes, type Damage } from './check-bytes.ts'
import { fewAtATime } from './few-at-a-time.ts'
import type { Installation, Progress } from './ports.ts'
import { isStillNamed } from './still-named.ts'

export interface VerifyReport {
  checked: number
  bytes: number
  damaged: Damage[]
}

/** Reads all ready assets, or those of one workspace. A row that changed while it was read is no damage. */
export async function verify(
  ports: Installation,
  options: { workspaceId?: string | undefined; onProgress?: Progress } = {},
): Promise<VerifyReport> {
  const report: VerifyReport = { checked: 0, bytes: 0, damaged: [] }
  const total = (await ports.upkeep.readyTotals(options.workspaceId)).bytes
  await fewAtATime(ports.upkeep.readyBytes(options.workspaceId), async named => {
    const problem = await checkBytes(ports.blobs, named)
    if (problem !== undefined && (await isStillNamed(ports, named))) report.damaged.push({ named, problem })
    report.checked++
    report.bytes += named.sizeBytes
    options.onProgress?.(report.bytes, total)
  })
  return report
}
