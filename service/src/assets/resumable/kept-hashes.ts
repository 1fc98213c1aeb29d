// Hashes of uploads that pause between two requests, so that what was hashed is not read again.
import { createHash, type Hash } from 'node:crypto'

interface KeptHash {
  hash: Hash
  /** Of so many bytes. */
  sizeBytes: number
}

/** By the key of the unfinished bytes. */
export type KeptHashes = Map<string, KeptHash>

/** An upload whose hash is dropped is read once more, and loses nothing else. */
const MAX_KEPT = 1000

export function keepHash(hashes: KeptHashes, key: string, kept: KeptHash): void {
  const [oldest] = hashes.keys()
  if (hashes.size >= MAX_KEPT && oldest !== undefined) hashes.delete(oldest)
  hashes.set(key, kept)
}

/** The hash of the first `sizeBytes`, if this process knows it; whoever takes it goes on with it. */
export function takeHash(hashes: KeptHashes, key: string, sizeBytes: number): Hash | undefined {
  const kept = hashes.get(key)
  hashes.delete(key)
  return kept?.sizeBytes === sizeBytes ? kept.hash : undefined
}

export async function hashOf(bytes: AsyncIterable<Uint8Array>): Promise<Hash> {
  const hash = createHash('sha256')
  for await (const chunk of bytes) hash.update(chunk)
  return hash
}
