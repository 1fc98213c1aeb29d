// What lies in an installation's folder, seen from outside.
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Contestant } from './start.ts'

/** Where bytes are that are still arriving, that wait for a verdict, and that are served. */
export type Area = 'incoming' | 'quarantine' | 'media'

const LOOK_MS = 100

export const placeOf = ({ folder }: Contestant, area: Area): string => path.join(folder, 'blobs', area)

export async function storedFiles(contestant: Contestant, area: Area): Promise<string[]> {
  const entries = await readdir(placeOf(contestant, area), { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => path.join(entry.parentPath, entry.name))
}

export async function storedBytes(contestant: Contestant, area: Area): Promise<number> {
  let bytes = 0
  for (const file of await storedFiles(contestant, area))
    bytes += (await stat(file).catch(() => undefined))?.size ?? 0 // it may have gone meanwhile
  return bytes
}

/** How many files are left when none are, or the time is over. */
export async function leftAfter(contestant: Contestant, area: Area, withinMs: number): Promise<number> {
  for (const deadline = performance.now() + withinMs; ; await delay(LOOK_MS)) {
    const { length } = await storedFiles(contestant, area)
    if (length === 0 || performance.now() > deadline) return length
  }
}
