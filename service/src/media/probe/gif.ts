// Walks the blocks of a GIF to its end, because decoders show what there is of one that was cut off.
import type { Bytes } from '../bytes.ts'
import { unreadable } from '../faulty-file.ts'

const EXTENSION = 0x21
const IMAGE = 0x2c
const TRAILER = 0x3b

/** Throws `FaultyFile` unless all blocks up to the trailer are there (GIF89a, 17 to 27). */
export async function checkGif(file: Bytes): Promise<void> {
  const screen = await file.at(0, 13)
  let offset = 13 + colorTableBytes(screen.readUInt8(10))
  for (;;) {
    const kind = (await file.at(offset, 1)).readUInt8()
    if (kind === TRAILER) return
    if (kind === EXTENSION) offset = await afterSubBlocks(file, offset + 2)
    else if (kind === IMAGE) offset = await afterImage(file, offset)
    // Some writers put zeros between blocks; decoders step over them.
    else if (kind === 0) offset += 1
    else throw unreadable('is a GIF with damaged blocks')
  }
}

async function afterImage(file: Bytes, offset: number): Promise<number> {
  const descriptor = await file.at(offset, 10)
  const minimumCodeSize = 1
  return afterSubBlocks(file, offset + 10 + colorTableBytes(descriptor.readUInt8(9)) + minimumCodeSize)
}

async function afterSubBlocks(file: Bytes, start: number): Promise<number> {
  let offset = start
  for (;;) {
    const length = (await file.at(offset, 1)).readUInt8()
    offset += 1 + length
    if (length === 0) return offset
  }
}

const colorTableBytes = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1))

/** The logical screen, which viewers show even where it is larger than every frame on it. */
export async function gifScreen(file: Bytes): Promise<{ width: number; height: number }> {
  const screen = await file.at(6, 4)
  return { width: screen.readUInt16LE(0), height: screen.readUInt16LE(2) }
}
