// Reads WAV sound.
import type { Bytes } from '../bytes.ts'
import { endsEarly, unreadable } from '../faulty-file.ts'
import type { Look } from './look.ts'

/** A writer that did not know the length, into a pipe, left one of these: the sound reaches to the end. */
const UNKNOWN_LENGTH_FROM = 0x7ffff000

/** Encodings by their tag (RFC 2361), named as ffmpeg does. */
const codecs: Record<number, (bits: number) => string | undefined> = {
  1: bits => ({ 8: 'pcm_u8', 16: 'pcm_s16le', 24: 'pcm_s24le', 32: 'pcm_s32le' })[bits],
  2: () => 'adpcm_ms',
  3: bits => ({ 32: 'pcm_f32le', 64: 'pcm_f64le' })[bits],
  6: () => 'pcm_alaw',
  7: () => 'pcm_mulaw',
  17: () => 'adpcm_ima_wav',
}
const EXTENSIBLE = 0xfffe

interface Format {
  codec: string
  bytesPerSecond: number
}

export async function readWav({ file }: Pick<Look, 'file'>) {
  let format: Format | undefined
  let offset = 12
  for (;;) {
    if (offset + 8 > file.size)
      throw format === undefined ? unreadable('is a WAV without a format') : endsEarly()
    const head = await file.at(offset, 8)
    const name = head.toString('latin1', 0, 4)
    const length = head.readUInt32LE(4)
    if (name === 'fmt ') format = await readFormat(file, offset + 8, length)
    if (name === 'data') {
      if (format === undefined) throw unreadable('is a WAV without a format')
      return factsOf(format, soundBytes(file, offset + 8, length))
    }
    offset += 8 + length + (length % 2)
  }
}

async function readFormat(file: Bytes, offset: number, length: number): Promise<Format> {
  const bytes = await file.at(offset, Math.min(length, 40))
  const tag = bytes.readUInt16LE(0)
  // The extensible form keeps the tag in the first two bytes of a longer one.
  const codec = codecs[tag === EXTENSIBLE ? bytes.readUInt16LE(24) : tag]?.(bytes.readUInt16LE(14))
  if (codec === undefined) throw unreadable('is a WAV with an encoding that is not known here')
  const sampleRate = bytes.readUInt32LE(4)
  const blockBytes = bytes.readUInt16LE(12)
  // Compressed blocks hold many samples, and say how many.
  const blockSamples = codec.startsWith('adpcm') ? bytes.readUInt16LE(18) : 1
  const bytesPerSecond = (sampleRate * blockBytes) / blockSamples
  if (!(bytesPerSecond > 0 && Number.isFinite(bytesPerSecond)))
    throw unreadable('is a WAV with a damaged format')
  return { codec, bytesPerSecond }
}

function soundBytes(file: Bytes, start: number, length: number): number {
  const rest = file.size - start
  if (length >= UNKNOWN_LENGTH_FROM && length > rest) return rest
  if (length > rest) throw endsEarly()
  return length
}

function factsOf({ codec, bytesPerSecond }: Format, bytes: number) {
  if (bytes === 0) throw unreadable('holds no sound')
  return { audioCodec: codec, durationSeconds: Math.round((bytes / bytesPerSecond) * 1000) / 1000 }
}
