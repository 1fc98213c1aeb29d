// Keeps the folder of pictures below its bound, whoever else writes to it.
import { readdir, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../../ground/clock.ts'
import { ifThere } from '../disk/trouble.ts'

/** A file takes at least a block of the disk. */
const BLOCK_BYTES = 4096
/** One that is still not whole after so long was left behind. */
const DRAFT_MS = 60 * 60 * 1000

interface Found {
  file: string
  bytes: number
  usedAt: number
}

/**
 * Told of every file that was written, looks at the whole folder before the first and whenever a tenth of the bound
 * was written since, and then leaves nine tenths. So one process never exceeds the bound, and each further one that
 * has the same folder at most by a tenth.
 */
export function createTrim({ folder, maxBytes, clock }: { folder: string; maxBytes: number; clock: Clock }) {
  let writtenSince = Number.POSITIVE_INFINITY
  return async (bytes: number): Promise<void> => {
    writtenSince += onDiskBytes(bytes)
    if (writtenSince < maxBytes / 10) return
    writtenSince = 0
    const isOld = ({ usedAt }: Found) => usedAt < clock.now() - DRAFT_MS
    const drafts = await filesIn(path.join(folder, 'drafts'))
    for (const { file } of drafts.filter(isOld)) await ifThere(() => unlink(file))
    await removeBeyond((maxBytes * 9) / 10, await picturesIn(folder))
  }
}

async function removeBeyond(maxBytes: number, found: Found[]): Promise<void> {
  let total = found.reduce((sum, { bytes }) => sum + bytes, 0)
  for (const { file, bytes } of found.sort((a, b) => a.usedAt - b.usedAt)) {
    if (total <= maxBytes) return
    await ifThere(() => unlink(file))
    total -= bytes
  }
}

async function picturesIn(folder: string): Promise<Found[]> {
  const shards = (await readdir(folder)).filter(name => name !== 'drafts')
  const found: Found[] = []
  for (const shard of shards) found.push(...(await filesIn(path.join(folder, shard))))
  return found
}

async function filesIn(folder: string): Promise<Found[]> {
  const names = await readdir(folder).catch((): string[] => [])
  const found = await Promise.all(
    names.map(async name => {
      const file = path.join(folder, name)
      // Another process may have removed it by now.
      const facts = await stat(file).catch(() => undefined)
      return facts && { file, bytes: onDiskBytes(facts.size), usedAt: facts.mtimeMs }
    }),
  )
  return found.filter(one => one !== undefined)
}

const onDiskBytes = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES
