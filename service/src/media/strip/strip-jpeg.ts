// Rewrites a JPEG's segments, keeping what decides its pixels and their colours (ITU-T T.81, annex B).
import type { Bytes } from '../bytes.ts'
import { endsEarly } from '../faulty-file.ts'
import { orientationAlone } from './orientation.ts'

const END = 0xd9
const SCAN = 0xda
const COMMENT = 0xfe
const SEARCH_BYTES = 64 * 1024

/** Application segments that colours depend on, by number and name; all others are about the picture. */
const neededNotes = [
  [0xe2, 'ICC_PROFILE\0'],
  [0xee, 'Adobe'],
] as const

export async function* stripJpeg(file: Bytes): AsyncGenerator<Buffer> {
  yield await file.at(0, 2)
  let offset = 2
  let isTurned = false
  for (;;) {
    offset = await nextMarker(file, offset)
    const marker = (await file.at(offset, 2)).readUInt8(1)
    if (marker === END) {
      yield Buffer.from([0xff, END])
      return
    }
    const segment = await file.at(offset, 2 + (await file.at(offset, 4)).readUInt16BE(2))
    offset += segment.length
    const kept = keptOf(segment, isTurned)
    if (kept !== undefined) yield kept
    isTurned ||= isExif(segment) && kept !== undefined
    if (marker === SCAN) offset = yield* copyScan(file, offset)
  }
}

/** What is left of a segment: all, a part, or nothing. */
function keptOf(segment: Buffer, isTurned: boolean): Buffer | undefined {
  const marker = segment.readUInt8(1)
  const isNote = marker >= 0xe0 && marker <= 0xef
  if (!isNote) return marker === COMMENT ? undefined : segment
  if (marker === 0xe0 && hasName(segment, 'JFIF\0')) return withoutThumbnail(segment)
  // Only the first directory counts.
  if (isExif(segment)) return isTurned ? undefined : turned(segment)
  return neededNotes.some(([number, name]) => marker === number && hasName(segment, name))
    ? segment
    : undefined
}

const hasName = (segment: Buffer, name: string): boolean =>
  segment.toString('latin1', 4, 4 + name.length) === name

const isExif = (segment: Buffer): boolean => segment.readUInt8(1) === 0xe1 && hasName(segment, 'Exif\0\0')

function withoutThumbnail(segment: Buffer): Buffer {
  if (segment.length <= 18) return segment
  const head = Buffer.from(segment.subarray(0, 18))
  head.writeUInt16BE(16, 2)
  head.writeUInt16BE(0, 16)
  return head
}

function turned(segment: Buffer): Buffer | undefined {
  const exif = orientationAlone(segment.subarray(4))
  if (exif === undefined) return undefined
  const head = Buffer.from([0xff, 0xe1, 0, 2 + 6 + exif.length])
  return Buffer.concat([head, Buffer.from('Exif\0\0', 'latin1'), exif])
}

/** Where the next marker stands: after fill bytes, and after what does not belong there. */
async function nextMarker(file: Bytes, start: number): Promise<number> {
  for (let offset = start; ; offset += 1) {
    const [first, second] = await file.at(offset, 2)
    if (first === 0xff && second !== 0xff && second !== 0x00 && !isRestart(second ?? 0)) return offset
  }
}

/** Passes on compressed pixels up to the next marker that is none of their own, and returns where that stands. */
async function* copyScan(file: Bytes, start: number): AsyncGenerator<Buffer, number> {
  let offset = start
  for (;;) {
    const bytes = await file.upTo(offset, SEARCH_BYTES)
    if (bytes.length < 2) throw endsEarly()
    const length = scanLength(bytes)
    yield bytes.subarray(0, length)
    offset += length
    if (length < bytes.length - 1) return offset
  }
}

/** How many of these bytes belong to the scan; the last one is left to the next look, which sees what follows it. */
function scanLength(bytes: Buffer): number {
  for (let at = bytes.indexOf(0xff); at !== -1 && at < bytes.length - 1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes.readUInt8(at + 1)
    if (next !== 0x00 && next !== 0xff && !isRestart(next)) return at
  }
  return bytes.length - 1
}

const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7
