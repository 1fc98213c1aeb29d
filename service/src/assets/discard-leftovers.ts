// Removing quarantined bytes that no attempt can win any more, and writes that were never finished.
import { discard } from './discard.ts'
import type { Ports } from './ports.ts'

/** Nothing younger is touched: an upload may be between its last byte and its row. */
export const GRACE_MS = 60 * 60 * 1000

/** Answers how many files it removed. */
export async function discardLeftovers(ports: Pick<Ports, 'assets' | 'blobs' | 'clock'>): Promise<number> {
  let removed = 0
  for await (const keys of ports.blobs.leftovers(ports.clock.now() - GRACE_MS)) {
    const dead = await deadKeys(ports, keys)
    for (const key of dead) await discard(ports, key)
    removed += dead.length
  }
  return removed
}

/** Of these keys, the ones whose bytes no attempt can win with. */
export async function deadKeys(ports: Pick<Ports, 'assets'>, keys: string[]): Promise<string[]> {
  const kept = await ports.assets.protectedKeys(keys.map(quarantined))
  return keys.filter(key => !kept.has(quarantined(key)))
}

/** A write goes by the name it will have once it is whole. */
const quarantined = (key: string): string => key.replace(/^incoming\//, 'quarantine/')
