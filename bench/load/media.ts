// Valid media of any size, no two alike, made without copying the bulk of them.
import { randomBytes } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'

export interface MediaFile {
  contentType: string
  name: string
  /** Together the file; the same block stands in many of them. */
  pieces: Uint8Array[]
  sizeBytes: number
}

const BLOCK = randomBytes(1024 * 1024)
const SIDE = 64

let made = 0

const fileOf = (contentType: string, extension: string, pieces: Uint8Array[]): MediaFile => ({
  contentType,
  name: `bench-${made++}.${extension}`,
  pieces,
  sizeBytes: pieces.reduce((sum, piece) => sum + piece.byteLength, 0),
})

/** 16-bit stereo at 48 kHz, of exactly `sizeBytes`, which must be a multiple of 4. */
export function wav(sizeBytes: number): MediaFile {
  const head = Buffer.alloc(84)
  const sound = sizeBytes - head.byteLength
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(sizeBytes - 8, 4)
  head.write('WAVEfmt ', 8, 'latin1')
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(2, 22)
  head.writeUInt32LE(48_000, 24)
  head.writeUInt32LE(192_000, 28)
  head.writeUInt16LE(4, 32)
  head.writeUInt16LE(16, 34)
  head.write('LIST', 36, 'latin1')
  head.writeUInt32LE(32, 40)
  head.write('INFOICMT', 44, 'latin1')
  head.writeUInt32LE(20, 52)
  head.write(String(made).padStart(19, '0'), 56, 'latin1')
  head.write('data', 76, 'latin1')
  head.writeUInt32LE(sound, 80)
  const pieces: Uint8Array[] = [head]
  for (let at = 0; at < sound; at += BLOCK.byteLength)
    pieces.push(BLOCK.subarray(0, Math.min(BLOCK.byteLength, sound - at)))
  return fileOf('audio/wav', 'wav', pieces)
}

const chunk = (type: string, data: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(data.byteLength + 12)
  bytes.writeUInt32BE(data.byteLength, 0)
  bytes.write(type, 4, 'latin1')
  bytes.set(data, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.byteLength)), 8 + data.byteLength)
  return bytes
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
const HEADER = chunk('IHDR', Buffer.from([0, 0, 0, SIDE, 0, 0, 0, SIDE, 8, 6, 0, 0, 0]))
const rows = Buffer.alloc(SIDE * (1 + SIDE * 4), 90).map((byte, n) => (n % (1 + SIDE * 4) === 0 ? 0 : byte))
const PIXELS = Buffer.concat([chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
const fillers = new Map<number, Buffer>()

/** 64 × 64 pixels; a private chunk fills it to exactly `sizeBytes`, at most a mebibyte. */
export function png(sizeBytes: number): MediaFile {
  const note = chunk('tEXt', Buffer.from(`Comment\0${String(made).padStart(19, '0')}`, 'latin1'))
  const known = SIGNATURE.byteLength + HEADER.byteLength + note.byteLength + PIXELS.byteLength
  const room = sizeBytes - known - 12
  const filler = fillers.get(room) ?? chunk('prVt', BLOCK.subarray(0, room))
  fillers.set(room, filler)
  return fileOf('image/png', 'png', [SIGNATURE, HEADER, note, filler, PIXELS])
}
