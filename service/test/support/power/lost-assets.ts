// Which acknowledged assets a folder has lost, by its rows and files alone.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Told } from '../kill/told.ts'
import { type KeysOf, keysIn } from './judge.ts'

/** Ids of assets that were answered as ready, and are not there with their bytes. */
export async function lostAssets(dataDir: string, ledger: Told[]): Promise<string[]> {
  const keysOf = readable(dataDir)
  const lost: string[] = []
  for (const { assetId, bytes, rival = bytes, state, unsure } of ledger) {
    const key = keysOf.get(assetId)?.published
    if (state !== 'ready' || unsure.has('delete')) continue
    const found = key && (await readFile(path.join(dataDir, 'blobs', key)).catch(() => undefined))
    if (!found || ![bytes, rival].map(hashOf).includes(hashOf(found))) lost.push(assetId)
  }
  return lost
}

/** A database that cannot be opened has lost everything. */
function readable(dataDir: string): KeysOf {
  try {
    return keysIn(dataDir)
  } catch {
    return new Map()
  }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
