// Reads MPEG audio: by the encoder's own note in its first frame, else frame by frame.
import type { Bytes } from '../bytes.ts'
import { endsEarly, unreadable } from '../faulty-file.ts'
import type { Look } from './look.ts'
import { type Frame, HEAD_BYTES, readFrame } from './mpeg-frame.ts'
import { readXing } from './xing.ts'

/** Taggers leave padding, and cutters leave halves of frames. */
const SEARCH_BYTES = 64 * 1024

export async function readMp3({ file }: Look) {
  const found = await nextFrame(file, await afterTags(file))
  if (found === undefined) throw unreadable('begins as MPEG audio but holds no frame of it')
  const { frame, offset } = found
  const xing = readXing(await file.upTo(offset, frame.bytes), frame)
  // One frame of leeway: encoders do not agree on whether the note's own frame counts.
  if (xing !== undefined && offset + xing.bytes > file.size + frame.bytes) throw endsEarly()
  const seconds = xing?.durationSeconds ?? (await walk(file, offset))
  return { audioCodec: `mp${frame.layer}`, durationSeconds: Math.round(seconds * 1000) / 1000 }
}

/** Where the sound begins after the ID3 tags at the start (ID3v2.4, 3.1: four groups of seven bits count a size). */
async function afterTags(file: Bytes): Promise<number> {
  let offset = 0
  for (;;) {
    const head = await file.upTo(offset, 10)
    if (head.length < 10 || head.toString('latin1', 0, 3) !== 'ID3') return offset
    const [, , , , , flags = 0, a = 0, b = 0, c = 0, d = 0] = head
    const footerBytes = (flags & 0x10) === 0 ? 0 : 10
    offset += 10 + ((a & 127) << 21) + ((b & 127) << 14) + ((c & 127) << 7) + (d & 127) + footerBytes
  }
}

/** The first whole frame that another of its kind, or the end of the file, follows. */
async function nextFrame(file: Bytes, start: number): Promise<{ frame: Frame; offset: number } | undefined> {
  const end = Math.min(start + SEARCH_BYTES, file.size - HEAD_BYTES)
  for (let offset = start; offset <= end; offset += 1) {
    const frame = readFrame(await file.upTo(offset, HEAD_BYTES))
    if (frame === undefined || offset + frame.bytes > file.size) continue
    const next = await file.upTo(offset + frame.bytes, HEAD_BYTES)
    if (next.length < HEAD_BYTES || readFrame(next)?.kind === frame.kind) return { frame, offset }
  }
  return undefined
}

/** Seconds of all whole frames from `start` on; whatever else lies between or behind them is passed over. */
async function walk(file: Bytes, start: number): Promise<number> {
  let seconds = 0
  let offset = start
  for (;;) {
    const frame = readFrame(await file.upTo(offset, HEAD_BYTES))
    if (frame !== undefined && offset + frame.bytes <= file.size) {
      seconds += frame.samples / frame.sampleRate
      offset += frame.bytes
      continue
    }
    const found = await nextFrame(file, offset + 1)
    if (found === undefined) return seconds
    offset = found.offset
  }
}
