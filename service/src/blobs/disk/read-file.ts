// Reading a range of a file: small ones in one read, large ones in few.
import { type FileHandle, open } from 'node:fs/promises'
import { onDisk } from './trouble.ts'

const CHUNK_BYTES = 512 * 1024
const WHOLE_BYTES = 1024 * 1024

/** Opens the file now, so that a missing one is known before a byte is promised, and reads as the bytes are taken. */
export async function readFileRange(
  file: string,
  range: { start: number; end: number },
  { areLent } = { areLent: false },
): Promise<AsyncIterable<Uint8Array>> {
  const handle = await open(file, 'r')
  const bytes = range.end - range.start + 1
  if (bytes > WHOLE_BYTES) return chunks(handle, range, areLent ? createRing(LENT_PIECES) : fresh)
  try {
    return only(await readExactly(handle, range.start, fresh(bytes)))
  } finally {
    await handle.close()
  }
}

async function* only(bytes: Uint8Array) {
  yield bytes
}

/** Not a generator: one that is dropped before its first read would never close the file. */
function chunks(
  handle: FileHandle,
  { start, end }: { start: number; end: number },
  bufferOf: BufferOf,
): AsyncIterable<Uint8Array> {
  let at = start
  const finish = async (): Promise<IteratorResult<Uint8Array>> => {
    await handle.close()
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
        await handle.close()
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
