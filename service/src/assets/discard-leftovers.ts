// Removing quarantined bytes that no attempt can win any more, and writes that were never finished.
import type { Ports } from './ports.ts'

/** Nothing younger is touched: an upload may be between its last byte and its row. */
export const GRACE_MS = 60 * 60 * 1000

/** Answers how many files it removed. */
export async function discardLeftovers(ports: Pick<Ports, 'assets' | 'blobs' | 'clock'>): Promise<number> {
  const leftovers = await ports.blobs.leftovers(ports.clock.now() - GRACE_MS)
  const kept = await ports.assets.protectedKeys(leftovers.quarantined)
  const dead = leftovers.quarantined.filter(key => !kept.has(key))
  for (const key of dead) await ports.blobs.remove(key)
  return dead.length + (await leftovers.discardUnfinished())
}
