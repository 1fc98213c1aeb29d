// Reads a file by offset through a window of memory, so that a walk over its parts costs few reads.
import { type FileHandle, open } from 'node:fs/promises'
import { endsEarly } from './faulty-file.ts'

const WINDOW_BYTES = 64 * 1024

export interface Bytes {
  readonly size: number
  /** Exactly `length` bytes from `offset` on. Throws `FaultyFile` where the file ends before them. */
  at(offset: number, length: number): Promise<Buffer>
  /** As many of the `length` bytes from `offset` on as the file has. */
  upTo(offset: number, length: number): Promise<Buffer>
  close(): Promise<void>
}

/** Opens the file at `path`. Throws the system's error where it cannot be opened or read. */
export async function openBytes(path: string): Promise<Bytes> {
  const file = await open(path, 'r')
  const { size } = await file.stat()
  let window: Buffer = Buffer.alloc(0)
  let windowStart = 0
  const upTo = async (offset: number, length: number): Promise<Buffer> => {
    const wanted = Math.max(0, Math.min(length, size - offset))
    const from = offset - windowStart
    if (from >= 0 && from + wanted <= window.length) return window.subarray(from, from + wanted)
    // Reads may overlap: each answers from the window it filled, not from the one that was filled last.
    const filled = await fill(file, offset, Math.min(Math.max(wanted, WINDOW_BYTES), size - offset))
    window = filled
    windowStart = offset
    return filled.subarray(0, wanted)
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
    close: () => file.close(),
  }
}

async function fill(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}
