// Files that are delivered again and again stay open for a while, and the first bytes of each in memory.
import { type FileHandle, open } from 'node:fs/promises'
import { lengthOf, type OpenFile, only, type Range, readOpenFile, readWhole } from './read-file.ts'
import { createSpareBuffers } from './spare-buffers.ts'

/** Each a descriptor, and at most a piece: eight megabytes in all. */
const MOST_FILES = 128
const PIECE_BYTES = 64 * 1024
const MOST_SPARE = 32
/** Nobody has asked for it in so long. */
const RESTED_MS = 2_000

export interface PopularFiles {
  /** Bytes that never change under their name, in pieces that are lent until they are `out`. */
  read(file: string, range: Range, out: Promise<void>): Promise<AsyncIterable<Uint8Array>>
  /** To be called before the name goes: whoever is reading reads on. */
  forget(file: string): void
}

interface Kept {
  handle: Promise<FileHandle>
  readers: number
  usedAt: number
  isForgotten: boolean
  /** The file from its beginning, as far as it was last asked for. */
  piece: Uint8Array | undefined
}

/**
 * Opening, reading and closing are each handed to a thread and back, which takes longer than what they do. A file that is
 * open needs one of the three, and a small one that was just delivered none.
 */
export function createPopularFiles(): PopularFiles {
  const files = new Map<string, Kept>()
  const spare = createSpareBuffers({ bytes: PIECE_BYTES, most: MOST_SPARE })
  const readSpare = async (file: OpenFile, range: Range, out: Promise<void>) => {
    const piece = spare.take(lengthOf(range))
    await readWhole(file, range, piece)
    void out.then(() => spare.giveBack(piece))
    return only(piece)
  }
  let isSwept = false
  const forget = (file: string) => {
    const kept = files.get(file)
    files.delete(file)
    if (kept !== undefined) leave(kept)
  }
  const forgetRested = () => {
    const now = performance.now()
    for (const [file, { usedAt }] of files) if (now - usedAt >= RESTED_MS) forget(file)
    isSwept = false
    sweepLater()
  }
  const sweepLater = () => {
    if (isSwept || files.size === 0) return
    isSwept = true
    setTimeout(forgetRested, RESTED_MS).unref()
  }
  /** The one that was used longest ago is the first of them. */
  const take = (file: string): Kept => {
    const kept = files.get(file) ?? newlyKept(open(file, 'r'))
    kept.usedAt = performance.now()
    files.delete(file)
    files.set(file, kept)
    const [oldest = file] = files.keys()
    if (files.size > MOST_FILES) forget(oldest)
    sweepLater()
    return kept
  }
  return {
    read: async (file, range, out) => {
      const kept = take(file)
      const known = pieceOf(kept, range)
      if (known !== undefined) return only(known)
      const lent = await lend(kept).catch(error => {
        forget(file)
        throw error
      })
      if (lengthOf(range) > PIECE_BYTES) return readOpenFile(lent, range, { areLent: true })
      if (range.start > 0) return readSpare(lent, range, out)
      kept.piece = await readWhole(lent, range)
      return only(kept.piece)
    },
    forget,
  }
}

const newlyKept = (handle: Promise<FileHandle>): Kept => ({
  handle,
  readers: 0,
  usedAt: 0,
  isForgotten: false,
  piece: undefined,
})

const pieceOf = ({ piece }: Kept, range: Range): Uint8Array | undefined =>
  range.start === 0 && piece?.byteLength === lengthOf(range) ? piece : undefined

async function lend(kept: Kept): Promise<OpenFile> {
  kept.readers += 1
  let isLent = true
  const handle = await kept.handle
  return {
    handle,
    close: async () => {
      if (!isLent) return
      isLent = false
      kept.readers -= 1
      if (kept.isForgotten && kept.readers === 0) await handle.close()
    },
  }
}

/** The last reader closes it. One that could not be opened has nothing to close. */
function leave(kept: Kept): void {
  kept.isForgotten = true
  if (kept.readers > 0) return
  kept.handle.then(handle => handle.close()).catch(() => undefined)
}
