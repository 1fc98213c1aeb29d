// Rewrites a WebP's chunks, keeping what decides its pixels, colours and animation (RFC 9649, 2.7).
import type { Bytes } from '../bytes.ts'
import { copy } from './copy.ts'
import { EXIF_MAX_BYTES, orientationAlone } from './orientation.ts'

const HEAD_BYTES = 12
const FEATURES = 'VP8X'
const EXIF_FLAG = 0x08
const XMP_FLAG = 0x04

const keptChunks = new Set([FEATURES, 'ICCP', 'ANIM', 'ANMF', 'ALPH', 'VP8 ', 'VP8L'])

interface Chunk {
  name: string
  offset: number
  /** With its head and padding. */
  bytes: number
  /** Of its data. */
  length: number
}

/** Goes through the chunks twice: the file begins with the length of all that stay. */
export async function* stripWebp(file: Bytes): AsyncGenerator<Buffer> {
  let exif: Buffer | undefined
  let keptBytes = 4
  for await (const chunk of chunksOf(file)) {
    if (keptChunks.has(chunk.name)) keptBytes += chunk.bytes
    if (chunk.name === 'EXIF') exif ??= await turnedChunk(file, chunk)
  }
  yield await head(file, keptBytes + (exif?.length ?? 0))
  for await (const chunk of chunksOf(file)) {
    if (chunk.name === FEATURES) yield* features(file, chunk, exif !== undefined)
    else if (keptChunks.has(chunk.name)) yield* copy(file, chunk.offset, chunk.bytes)
  }
  if (exif !== undefined) yield exif
}

async function* chunksOf(file: Bytes): AsyncGenerator<Chunk> {
  const end = 8 + (await file.at(0, HEAD_BYTES)).readUInt32LE(4)
  let offset = HEAD_BYTES
  while (offset + 8 <= end) {
    const head = await file.at(offset, 8)
    const length = head.readUInt32LE(4)
    const bytes = 8 + length + (length % 2)
    yield { name: head.toString('latin1', 0, 4), offset, bytes, length }
    offset += bytes
  }
}

async function head(file: Bytes, bytes: number): Promise<Buffer> {
  const copied = Buffer.from(await file.at(0, HEAD_BYTES))
  copied.writeUInt32LE(bytes, 4)
  return copied
}

async function* features(file: Bytes, { offset, bytes }: Chunk, hasExif: boolean) {
  const copied = Buffer.from(await file.at(offset, 9))
  const flags = copied.readUInt8(8) & ~(EXIF_FLAG | XMP_FLAG)
  copied.writeUInt8(hasExif ? flags | EXIF_FLAG : flags, 8)
  yield copied
  yield* copy(file, offset + 9, bytes - 9)
}

async function turnedChunk(file: Bytes, { offset, length }: Chunk): Promise<Buffer | undefined> {
  const data = orientationAlone(await file.at(offset + 8, Math.min(length, EXIF_MAX_BYTES)))
  if (data === undefined) return undefined
  const chunk = Buffer.alloc(8 + data.length)
  chunk.write('EXIF', 'latin1')
  chunk.writeUInt32LE(data.length, 4)
  data.copy(chunk, 8)
  return chunk
}
