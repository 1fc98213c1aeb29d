// Deleting ephemeral assets whose hour has come.
import { type DeletePorts, removeUpload } from './delete.ts'

/** Deleted side by side, bytes and all, before the next are looked for. */
const BATCH = 25

/** Deletes every one of them once, by compare-and-set; answers how many this call deleted. */
export async function deleteOutlived(ports: DeletePorts): Promise<number> {
  for (let total = 0; ; ) {
    const outlived = await ports.assets.findOutlived(ports.clock.now(), BATCH)
    const removals = await Promise.all(
      outlived.map(upload => removeUpload(ports, upload, { actorKeyId: null, reason: 'retention' })),
    )
    const removed = removals.filter(({ outcome }) => outcome === 'saved')
    await Promise.all(removed.map(({ discarded }) => discarded))
    total += removed.length
    if (outlived.length < BATCH || removed.length === 0) return total
  }
}
