// Reading a range of an object, no faster than its bytes are taken.
import type { Readable } from 'node:stream'
import type { Bucket } from './bucket.ts'
import { BucketError, notThere, onBucket } from './trouble.ts'

/** A store that sends nothing for so long will send nothing more. */
const SILENCE_MS = 30_000

/** Throws `unavailable` before a byte is promised where not all of them are there. */
export async function readObject(
  bucket: Bucket,
  key: string,
  { start, end }: { start: number; end: number },
): Promise<AsyncIterable<Uint8Array>> {
  const bytes = end - start + 1
  if (bytes <= 0) return nothing(bucket, key)
  const found = await bucket.get(key, { start, end })
  if (found === undefined) throw notThere(key)
  if (found.bytes === bytes) return bytesOf(found.body)
  found.body.destroy()
  throw notThere(`byte ${end} of ${key}`)
}

async function nothing(bucket: Bucket, key: string): Promise<AsyncIterable<Uint8Array>> {
  if ((await bucket.find(key)) === undefined) throw notThere(key)
  return (async function* () {})()
}

/** Not a generator: one that is dropped before its first read would never let go of the connection. */
export function bytesOf(body: Readable): AsyncIterable<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]()
  body.on('error', () => undefined) // whoever reads on meets it
  const next = () =>
    onBucket(() =>
      spoken(body, chunks.next()).catch(error => {
        body.destroy()
        throw new BucketError('GetObject', error)
      }),
    )
  const finish = async (): Promise<IteratorResult<Uint8Array>> => {
    body.destroy()
    return { done: true, value: undefined }
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: finish }) }
}

/** Only while somebody waits: a slow reader is no silent store. */
async function spoken<T>(body: Readable, chunk: Promise<T>): Promise<T> {
  const timer = setTimeout(() => body.destroy(new Error('the store fell silent')), SILENCE_MS)
  try {
    return await chunk
  } finally {
    clearTimeout(timer)
  }
}
