// Whether bytes are those that their row says, read once from beginning to end.
import { createHash } from 'node:crypto'
import type { BlobStore, NamedBytes } from './ports.ts'

export type Problem = 'missing' | 'wrong_length' | 'wrong_hash' | 'unreadable'

/** Bytes that are not what their row says. */
export interface Damage {
  named: NamedBytes
  problem: Problem
}

/** Hands the bytes to `take` as they are read. Throws only what `take` throws; what ails the bytes is answered. */
export async function checkBytes(
  blobs: BlobStore,
  named: NamedBytes,
  take: (bytes: Uint8Array) => Promise<void> | undefined = () => undefined,
): Promise<Problem | undefined> {
  const stored = await blobs.findStored(named.key).catch(() => 'unreadable' as const)
  if (stored === 'unreadable') return 'unreadable'
  if (stored === undefined) return 'missing'
  if (stored.bytes !== named.sizeBytes) return 'wrong_length'
  const sha256 = await hashWhile(blobs, named, take)
  if (sha256 === undefined) return lostOrUnreadable(blobs, named.key)
  return sha256 === named.sha256 ? undefined : 'wrong_hash'
}

/** Undefined where the bytes cannot be read to their end. */
async function hashWhile(
  blobs: BlobStore,
  { key, sizeBytes }: NamedBytes,
  take: (bytes: Uint8Array) => Promise<void> | undefined,
): Promise<string | undefined> {
  const bytes = await blobs.read(key, { start: 0, end: sizeBytes - 1 }).catch(() => undefined)
  if (bytes === undefined) return undefined
  const hash = createHash('sha256')
  const reader = bytes[Symbol.asyncIterator]()
  try {
    for (;;) {
      // Not `for await`: a failure to read is an answer, a failure to take is thrown.
      const next = await reader.next().catch(() => undefined)
      if (next === undefined) return undefined
      if (next.done) return hash.digest('hex')
      hash.update(next.value)
      await take(next.value)
    }
  } finally {
    await reader.return?.()
  }
}

const lostOrUnreadable = (blobs: BlobStore, key: string): Promise<Problem> =>
  blobs.findStored(key).then(
    stored => (stored === undefined ? 'missing' : 'unreadable'),
    () => 'unreadable',
  )
