// Walks the chunks of a PNG to its end, and counts the frames of an animated one.
import { crc32 } from 'node:zlib'
import type { Bytes } from '../bytes.ts'
import { unreadable } from '../faulty-file.ts'

const SIGNATURE_BYTES = 8
const STEP_BYTES = 64 * 1024

/** Chunks of animation that the image library passes over. */
const animationChunks = ['acTL', 'fcTL', 'fdAT']

interface Chunk {
  name: string
  /** Where its data begins. */
  offset: number
  length: number
}

/**
 * The number of frames: 1, or what the animation control chunk says. Throws `FaultyFile` where chunks are missing
 * up to the last one, or an animation's sums do not match (PNG 3rd edition, 5.3 and 11.3.6).
 */
export async function readPngFrames(file: Bytes): Promise<number> {
  let frames = 1
  let offset = SIGNATURE_BYTES
  let hasPixels = false
  for (;;) {
    const chunk = await chunkAt(file, offset)
    const end = chunk.offset + chunk.length + 4
    if (chunk.name === 'IEND') {
      await file.at(end - 4, 4)
      return frames
    }
    if (chunk.name === 'IDAT') hasPixels = true
    if (animationChunks.includes(chunk.name)) await checkSum(file, chunk)
    // An animation is one only where its control chunk comes before the pixels.
    if (chunk.name === 'acTL' && !hasPixels) frames = Math.max(1, await frameCount(file, chunk))
    offset = end
  }
}

async function chunkAt(file: Bytes, offset: number): Promise<Chunk> {
  const head = await file.at(offset, 8)
  const name = head.toString('latin1', 4)
  if (!/^[A-Za-z]{4}$/.test(name)) throw unreadable('is a PNG with damaged chunks')
  return { name, offset: offset + 8, length: head.readUInt32BE(0) }
}

const frameCount = async (file: Bytes, { offset }: Chunk): Promise<number> =>
  (await file.at(offset, 4)).readUInt32BE(0)

async function checkSum(file: Bytes, { offset, length }: Chunk): Promise<void> {
  let sum = crc32(await file.at(offset - 4, 4))
  for (let done = 0; done < length; done += STEP_BYTES)
    sum = crc32(await file.at(offset + done, Math.min(STEP_BYTES, length - done)), sum)
  if (sum !== (await file.at(offset + length, 4)).readUInt32BE(0)) throw unreadable('has damaged pixels')
}
