// Reading a range of a file: small ones in one read, large ones in few.
import { type FileHandle, open } from 'node:fs/promises'
import { onDisk } from './trouble.ts'

const CHUNK_BYTES = 512 * 1024
const WHOLE_BYTES = 1024 * 1024

export interface Range {
  start: number
  /** Included. */
  end: number
}

export const lengthOf = ({ start, end }: Range): number => end - start + 1

/** A file that its reader gives back. */
export interface OpenFile {
  handle: FileHandle
  close(): Promise<void>
}

/** Opens the file now, so that a missing one is known before a byte is promised, and reads as the bytes are taken. */
export async function readFileRange(file: string, range: Range): Promise<AsyncIterable<Uint8Array>> {
  const handle = await open(file, 'r')
  return readOpenFile({ handle, close: () => handle.close() }, range, { areLent: false })
}

/** The file is given back when all is read, or no more is wanted. */
export async function readOpenFile(
  file: OpenFile,
  range: Range,
  { areLent }: { areLent: boolean },
): Promise<AsyncIterable<Uint8Array>> {
  if (lengthOf(range) <= WHOLE_BYTES) return only(await readWhole(file, range))
  return chunks(file, range, areLent ? createRing(LENT_PIECES) : fresh)
}

export async function readWhole(
  { handle, close }: OpenFile,
  range: Range,
  buffer = fresh(lengthOf(range)),
): Promise<Uint8Array> {
  try {
    return await readExactly(handle, range.start, buffer)
  } finally {
    await close()
  }
}

export async function* only(bytes: Uint8Array) {
  yield bytes
}

/** Not a generator: one that is dropped before its first read would never close the file. */
function chunks(
  { handle, close }: OpenFile,
  { start, end }: Range,
  bufferOf: BufferOf,
): AsyncIterable<Uint8Array> {
  let at = start
  const finish = async (): Promise<IteratorResult<Uint8Array>> => {
    await close()
    return { done: true, value: undefined }
  }
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    if (at > end) return finish()
    const value = await readExactly(handle, at, bufferOf(Math.min(CHUNK_BYTES, end - at + 1)))
    at += value.byteLength
    return { done: false, value }
  }
  /** `for await` does not call `return` once `next` has thrown. */
  const nextOrClose = () =>
    onDisk(() =>
      next().catch(async error => {
        await close()
        throw error
      }),
    )
  return { [Symbol.asyncIterator]: () => ({ next: nextOrClose, return: finish }) }
}

/** A buffer of so many bytes to read into. */
type BufferOf = (length: number) => Buffer

const fresh: BufferOf = length => Buffer.allocUnsafeSlow(length)

/** The piece that is given, and three more before it comes round again. */
const LENT_PIECES = 4

/** The same few buffers over and over: fresh ones by the gigabyte keep the collector busier than the disk. */
function createRing(pieces: number): BufferOf {
  const buffers: Buffer[] = []
  let n = 0
  return length => {
    const place = n++ % pieces
    const buffer = buffers[place] ?? fresh(CHUNK_BYTES)
    buffers[place] = buffer
    return buffer.subarray(0, length)
  }
}

/** Fills the buffer. */
async function readExactly(handle: FileHandle, position: number, buffer: Buffer): Promise<Buffer> {
  const { length } = buffer
  let done = 0
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done)
    if (bytesRead === 0)
      throw Object.assign(new Error('the file is shorter than its row says'), { code: 'ESHORT' })
    done += bytesRead
  }
  return buffer
}
