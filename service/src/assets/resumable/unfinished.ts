// The unfinished file of a resumable upload: begun, gone on with, or copied out of another's reach.
import { createHash, type Hash } from 'node:crypto'
import { type Attempt, type PartialBytes, stagingKey } from '../attempt.ts'
import type { BlobWriter, Ports, SavedBytes } from '../ports.ts'
import { hashOf, takeHash } from './kept-hashes.ts'

/** A file that holds so many bytes, and can take more. */
export interface Unfinished {
  partial: PartialBytes
  writer: BlobWriter
  /** Of the bytes it holds. */
  hash: Hash
}

type UnfinishedPorts = Pick<Ports, 'blobs' | 'hashes'>

/** Undefined where the bytes that the row speaks of are not there. */
export async function openUnfinished(
  ports: UnfinishedPorts,
  partial: PartialBytes,
  { before, held }: { before: Attempt; held: Attempt },
): Promise<Unfinished | undefined> {
  if (partial.sizeBytes === 0) return begin(ports, { ...partial, key: stagingKey(held) })
  const saved = await ports.blobs.saved(partial.key, partial.sizeBytes)
  if (saved === undefined) return undefined
  // Whoever did not let go of the attempt may still be writing to that file.
  if (before.leaseUntil !== null) return copied(ports, saved, { ...partial, key: stagingKey(held) })
  const hash = takeHash(ports.hashes, partial.key, partial.sizeBytes) ?? (await hashOf(saved.read()))
  return { partial, writer: await saved.append(), hash }
}

const begin = async (ports: UnfinishedPorts, partial: PartialBytes): Promise<Unfinished> => ({
  partial,
  writer: await ports.blobs.create(partial.key),
  hash: createHash('sha256'),
})

async function copied(ports: UnfinishedPorts, saved: SavedBytes, partial: PartialBytes): Promise<Unfinished> {
  const copy = await begin(ports, partial)
  try {
    for await (const chunk of saved.read()) {
      copy.hash.update(chunk)
      await copy.writer.write(chunk)
    }
    return copy
  } catch (error) {
    await copy.writer.abort()
    throw error
  }
}
