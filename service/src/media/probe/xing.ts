// Reads the note about a whole MP3 that encoders hide in its first frame.
import type { Frame } from './mpeg-frame.ts'

export interface Xing {
  durationSeconds: number
  /** From the note's frame to the end of the sound; 0 where the note does not say. */
  bytes: number
}

const FRAMES = 1
const BYTES = 2
const TABLE = 4
const QUALITY = 8
/** From the encoder's name to the silence it added at both ends, three bytes of two numbers. */
const DELAYS_OFFSET = 21

/** The note in the whole frame `bytes`, or undefined where there is none with a number of frames. */
export function readXing(bytes: Buffer, frame: Frame): Xing | undefined {
  const start = 4 + sideInformationBytes(frame)
  if (bytes.length < start + 16) return undefined
  if (!['Xing', 'Info'].includes(bytes.toString('latin1', start, start + 4))) return undefined
  const flags = bytes.readUInt32BE(start + 4)
  if ((flags & FRAMES) === 0) return undefined
  const frames = bytes.readUInt32BE(start + 8)
  if (frames === 0) return undefined
  const samples = frames * frame.samples - silentSamples(bytes, start + 8 + fieldBytes(flags))
  return {
    durationSeconds: Math.max(0, samples) / frame.sampleRate,
    bytes: (flags & BYTES) === 0 ? 0 : bytes.readUInt32BE(start + 12),
  }
}

function sideInformationBytes({ version, isMono }: Frame): number {
  if (version === 1) return isMono ? 17 : 32
  return isMono ? 9 : 17
}

const fieldBytes = (flags: number): number =>
  4 + (flags & BYTES && 4) + (flags & TABLE && 100) + (flags & QUALITY && 4)

/** Samples that the encoder added before and after the sound; players leave them out. */
function silentSamples(bytes: Buffer, start: number): number {
  if (bytes.length < start + DELAYS_OFFSET + 3) return 0
  if (!['LAME', 'Lavf', 'Lavc'].includes(bytes.toString('latin1', start, start + 4))) return 0
  const delays = bytes.readUIntBE(start + DELAYS_OFFSET, 3)
  return (delays >> 12) + (delays & 0xfff)
}
