// Reads how many samples the tracks of an ISO media file have, and how many their tables would unfold to.
import type { Bytes } from '../bytes.ts'
import { unreadable } from '../faulty-file.ts'
import { boxSize } from './iso-boxes.ts'

/** From the movie down to its tables. */
const way = ['moov', 'trak', 'mdia', 'minf', 'stbl']
const ENTRY_BYTES = 8
const PIECE_BYTES = 64 * 1024
/** Writers are known to time a sample more or less than there are; broken tables are off by millions. */
const LEEWAY = 1000

interface Box {
  name: string
  /** Of what is inside. */
  start: number
  end: number
}

/** The frames of an animated AVIF or HEIC, of which decoders here see the still picture only; 0 where it has none. */
export async function sequenceFrames(file: Bytes): Promise<number> {
  let frames = 0
  for await (const tables of tablesOf(file)) frames = Math.max(frames, await sampleCount(file, tables))
  return frames
}

/**
 * Throws `FaultyFile` where a track's times, in runs of equal ones, are for far more samples than it has: readers
 * unfold them (ISO/IEC 14496-12, 8.6.1).
 */
export async function checkTables(file: Bytes): Promise<void> {
  for await (const tables of tablesOf(file)) {
    const samples = await sampleCount(file, tables)
    for (const table of tables.filter(({ name }) => name === 'stts' || name === 'ctts'))
      if ((await sumOfRuns(file, table)) > 2 * samples + LEEWAY) throw unreadable('has a damaged index')
  }
}

/** The tables of each track. */
async function* tablesOf(file: Bytes, box?: Box, depth = 0): AsyncGenerator<Box[]> {
  const boxes = await boxesIn(file, box ?? { name: '', start: 0, end: file.size }, depth)
  if (depth === way.length) yield boxes
  else for (const inner of boxes) yield* tablesOf(file, inner, depth + 1)
}

async function boxesIn(file: Bytes, { start, end }: Box, depth: number): Promise<Box[]> {
  const boxes: Box[] = []
  for (let offset = start; offset + 8 <= end; ) {
    const head = await file.upTo(offset, 16)
    const size = boxSize(head)
    if (size < 8) break
    const name = head.toString('latin1', 4, 8)
    const box = { name, start: offset + 8, end: Math.min(offset + size, end) }
    if (depth === way.length || name === way[depth]) boxes.push(box)
    offset += size
  }
  return boxes
}

async function sampleCount(file: Bytes, tables: Box[]): Promise<number> {
  const sizes = tables.find(({ name }) => name === 'stsz' || name === 'stz2')
  if (sizes === undefined) return 0
  const head = await file.at(sizes.start, 12)
  const [sampleBytes, count] = [head.readUInt32BE(4), head.readUInt32BE(8)]
  // Samples of one size are not listed: only the file bounds how many there can be.
  return sizes.name === 'stsz' && sampleBytes > 0
    ? Math.min(count, Math.ceil(file.size / sampleBytes))
    : count
}

async function sumOfRuns(file: Bytes, { start, end }: Box): Promise<number> {
  const entries = (await file.at(start + 4, 4)).readUInt32BE()
  const listEnd = Math.min(end, start + 8 + entries * ENTRY_BYTES)
  let sum = 0
  for (let offset = start + 8; offset + ENTRY_BYTES <= listEnd; offset += PIECE_BYTES) {
    const piece = await file.upTo(offset, Math.min(PIECE_BYTES, listEnd - offset))
    for (let at = 0; at + ENTRY_BYTES <= piece.length; at += ENTRY_BYTES) sum += piece.readUInt32BE(at)
  }
  return sum
}
