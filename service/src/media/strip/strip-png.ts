// Rewrites a PNG's chunks, keeping what decides its pixels, colours and animation (PNG 3rd edition, 11).
import { crc32 } from 'node:zlib'
import type { Bytes } from '../bytes.ts'
import { copy } from './copy.ts'
import { EXIF_MAX_BYTES, orientationAlone } from './orientation.ts'

const SIGNATURE_BYTES = 8

/** Of the chunks that a viewer may do without, those that change what it shows. */
const shownChunks = new Set(
  'tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV mDCv cLLI cLLi bKGD hIST sPLT pHYs oFFs sTER acTL fcTL fdAT'.split(
    ' ',
  ),
)

export async function* stripPng(file: Bytes): AsyncGenerator<Buffer> {
  yield await file.at(0, SIGNATURE_BYTES)
  let offset = SIGNATURE_BYTES
  for (;;) {
    const head = await file.at(offset, 8)
    const name = head.toString('latin1', 4)
    const length = head.readUInt32BE(0)
    if (isNeeded(name)) yield* copy(file, offset, 12 + length)
    if (name === 'eXIf') yield turnedChunk(await file.at(offset + 8, Math.min(length, EXIF_MAX_BYTES)))
    if (name === 'IEND') return
    offset += 12 + length
  }
}

/** A capital letter says that no picture can be shown without the chunk. */
const isNeeded = (name: string): boolean => /^[A-Z]/.test(name) || shownChunks.has(name)

function turnedChunk(exif: Buffer): Buffer {
  const data = orientationAlone(exif)
  if (data === undefined) return Buffer.alloc(0)
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length, 0)
  chunk.write('eXIf', 4, 'latin1')
  data.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return chunk
}
