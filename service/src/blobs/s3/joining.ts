// Making an object out of a multipart upload, and copying one that is too large for one request.
import type { Bucket, ServedAs } from './bucket.ts'
import type { Part, UploadName } from './multipart.ts'

const MIB = 1024 * 1024
/** S3's least for every part but the last. */
export const MIN_PART_BYTES = 5 * MIB
/** S3 would copy 5 GiB at once; an answer that takes so long is cut off by something on its way. */
const COPY_BYTES = 512 * MIB
const COPIES_AT_ONCE = 4

/** A write of one key: its upload, and a mark that the object made of it will bear. */
export interface Write extends UploadName {
  mark: string
}

const MARK = 'write'

export async function beginWrite(bucket: Bucket, key: string, served?: ServedAs): Promise<Write> {
  const mark = crypto.randomUUID()
  return { key, mark, uploadId: await bucket.begin(key, { [MARK]: mark }, served) }
}

/** A request that failed may have been carried out all the same: then its object is there, and bears the mark. */
export async function join(bucket: Bucket, write: Write, parts: Part[]): Promise<void> {
  try {
    await bucket.join(write, parts)
  } catch (error) {
    const found = await bucket.find(write.key).catch(() => undefined)
    if (found?.metadata[MARK] !== write.mark) throw error
  }
}

/** Parts made of the first `bytes` bytes of an object, at least as many as a part must have. */
export async function copyParts(
  bucket: Bucket,
  write: Write,
  { key, bytes }: { key: string; bytes: number },
): Promise<Part[]> {
  // The last piece takes what is left over, since more may follow and only the very last part may be small.
  const count = Math.max(1, Math.floor(bytes / COPY_BYTES))
  const numbers = Array.from({ length: count }, (_, at) => at + 1).values()
  const parts: Part[] = []
  const work = async () => {
    for (const n of numbers) {
      const end = n === count ? bytes : n * COPY_BYTES
      parts.push(await bucket.copyPart(write, n, { key, start: (n - 1) * COPY_BYTES, end: end - 1 }))
    }
  }
  await Promise.all(Array.from({ length: COPIES_AT_ONCE }, work))
  return parts.sort((one, other) => one.n - other.n)
}

/** To a key that nobody else knows. */
interface Copying {
  from: { key: string; bytes: number }
  to: string
  served?: ServedAs | undefined
}

/** Copies inside the store. A failed request may have been carried out all the same, so it is looked for. */
export async function copyObject(bucket: Bucket, { from, to, served }: Copying): Promise<void> {
  if (from.bytes > 2 * COPY_BYTES) return copyInParts(bucket, { from, to, served })
  try {
    await bucket.copy(from.key, to, served)
  } catch (error) {
    const found = await bucket.find(to).catch(() => undefined)
    if (found?.bytes !== from.bytes) throw error
  }
}

async function copyInParts(bucket: Bucket, { from, to, served }: Copying): Promise<void> {
  const write = await beginWrite(bucket, to, served)
  try {
    await join(bucket, write, await copyParts(bucket, write, from))
  } catch (error) {
    await bucket.abort(write).catch(() => undefined)
    throw error
  }
}
