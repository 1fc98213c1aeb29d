// Deleting ephemeral assets whose hour has come.
import { type DeletePorts, removeUpload } from './delete.ts'
import type { Upload } from './ports.ts'

/** Deleted side by side, bytes and all, before the next are looked for. */
const BATCH = 25

/** Deletes every one of them once, by compare-and-set; answers how many this call deleted. */
export async function deleteOutlived(ports: DeletePorts): Promise<number> {
  for (let total = 0; ; ) {
    const outlived = await ports.assets.findOutlived(ports.clock.now(), BATCH)
    const ends = await Promise.allSettled(outlived.map(upload => deleteOne(ports, upload)))
    const failed = ends.find(end => end.status === 'rejected')
    if (failed !== undefined) throw failed.reason // once none is under way any more
    const deleted = ends.filter(end => end.status === 'fulfilled' && end.value).length
    total += deleted
    if (outlived.length < BATCH || deleted === 0) return total
  }
}

/** Answers whether this call deleted it. */
async function deleteOne(ports: DeletePorts, upload: Upload): Promise<boolean> {
  const { outcome, discarded } = await removeUpload(ports, upload, { actorKeyId: null, reason: 'retention' })
  await discarded
  return outcome === 'saved'
}
