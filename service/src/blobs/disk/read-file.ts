// Reading a range of a file: small ones in one read, large ones in few.
import { type FileHandle, open } from 'node:fs/promises'
import { onDisk } from './trouble.ts'

const CHUNK_BYTES = 512 * 1024
const WHOLE_BYTES = 1024 * 1024

/** Opens the file now, so that a missing one is known before a byte is promised, and reads as the bytes are taken. */
export async function readFileRange(
  file: string,
  range: { start: number; end: number },
): Promise<AsyncIterable<Uint8Array>> {
  const handle = await open(file, 'r')
  const bytes = range.end - range.start + 1
  if (bytes > WHOLE_BYTES) return chunks(handle, range)
  try {
    return only(await readExactly(handle, range.start, bytes))
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
): AsyncIterable<Uint8Array> {
  let at = start
  const finish = async (): Promise<IteratorResult<Uint8Array>> => {
    await handle.close()
    return { done: true, value: undefined }
  }
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    if (at > end) return finish()
    const value = await readExactly(handle, at, Math.min(CHUNK_BYTES, end - at + 1))
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

async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done)
    if (bytesRead === 0)
      throw Object.assign(new Error('the file is shorter than its row says'), { code: 'ESHORT' })
    done += bytesRead
  }
  return buffer
}
