// Reads a file by offset through a window of memory, so that a walk over its parts costs few reads.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { endsEarly } from './faulty-file.ts'

export const WINDOW_BYTES = 64 * 1024

export interface Bytes {
  readonly size: number
  /** Exactly `length` bytes from `offset` on. Throws `FaultyFile` where the file ends before them. */
  at(offset: number, length: number): Promise<Buffer>
  /** As many of the `length` bytes from `offset` on as the file has. */
  upTo(offset: number, length: number): Promise<Buffer>
  close(): Promise<void>
}

interface Source {
  size: number
  /** How many of the bytes from `offset` on were read into the buffer from `at` on; 0 at the file's end. */
  read(buffer: Buffer, at: number, offset: number): Promise<number> | number
  close(): Promise<void>
}

/** Opens the file at `path`. Throws the system's error where it cannot be opened or read. */
export async function openBytes(path: string): Promise<Bytes> {
  const file = await open(path, 'r')
  const { size } = await file.stat()
  return through({
    size,
    read: async (buffer, at, offset) => (await file.read(buffer, at, buffer.length - at, offset)).bytesRead,
    close: () => file.close(),
  })
}

/**
 * The same for a process that has this one file to look at and nobody else to answer meanwhile: waiting costs it a tenth
 * of what it costs to hand each call to a thread.
 */
export function openBytesHere(path: string): Bytes {
  const file = openSync(path, 'r')
  return through({
    size: fstatSync(file).size,
    read: (buffer, at, offset) => readSync(file, buffer, at, buffer.length - at, offset),
    close: async () => closeSync(file),
  })
}

function through({ size, read, close }: Source): Bytes {
  let window: Buffer = Buffer.alloc(0)
  let windowStart = 0
  const filled = async (offset: number, length: number): Promise<Buffer> => {
    const buffer = Buffer.allocUnsafe(length)
    for (let at = 0; at < length; ) {
      const bytes = await read(buffer, at, offset + at)
      if (bytes === 0) return buffer.subarray(0, at)
      at += bytes
    }
    return buffer
  }
  const upTo = async (offset: number, length: number): Promise<Buffer> => {
    const wanted = Math.max(0, Math.min(length, size - offset))
    const from = offset - windowStart
    if (from >= 0 && from + wanted <= window.length) return window.subarray(from, from + wanted)
    // Reads may overlap: each answers from the window it filled, not from the one that was filled last.
    const mine = await filled(offset, Math.min(Math.max(wanted, WINDOW_BYTES), size - offset))
    window = mine
    windowStart = offset
    return mine.subarray(0, wanted)
  }
  return {
    size,
    upTo,
    at: async (offset, length) => {
      if (offset + length > size) throw endsEarly()
      const bytes = await upTo(offset, length)
      if (bytes.length < length) throw endsEarly()
      return bytes
    },
    close,
  }
}
