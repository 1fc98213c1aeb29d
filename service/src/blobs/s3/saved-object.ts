// A write that was saved: found again, read, gone on with.
import type { BlobWriter, SavedBytes } from '../../assets/ports.ts'
import type { Bucket } from './bucket.ts'
import { beginWrite, copyParts, join, MIN_PART_BYTES, type Write } from './joining.ts'
import type { Part } from './multipart.ts'
import { partWriter } from './part-writer.ts'
import { readObject } from './read-object.ts'
import { findState, type SavedState } from './saved-state.ts'
import { onBucket } from './trouble.ts'

/**
 * Where saved bytes lie. The first `partBytes` are parts of an open upload, which cannot be read, or an object under
 * the key; the rest is at hand. An object is there if the parts were joined: to be read, or because the write was
 * committed and no row tells of it. It may have more bytes than are counted on, never others.
 */
interface Source {
  partBytes: number
  rest: Buffer
  open: { write: Write; parts: Part[]; isExact: boolean } | undefined
  isSaved: boolean
}

export const findSavedObject = (
  bucket: Bucket,
  key: string,
  sizeBytes: number,
): Promise<SavedBytes | undefined> =>
  onBucket(async () => {
    const source = (await ofState(bucket, key, sizeBytes)) ?? (await ofObject(bucket, key, sizeBytes))
    return source && savedBytes(bucket, { key, sizeBytes, source })
  })

async function ofState(bucket: Bucket, key: string, sizeBytes: number): Promise<Source | undefined> {
  const state = await findState(bucket, key)
  if (state === undefined || state.partBytes + state.rest.byteLength < sizeBytes) return undefined
  const { write, partBytes, rest } = state
  const parts = await bucket.parts(write)
  if (parts !== undefined && isWhole(state, parts))
    return { partBytes, rest, open: { write, parts, isExact: parts.length === state.parts }, isSaved: true }
  if (partBytes === 0) return { partBytes, rest, open: undefined, isSaved: true }
  const object = await bucket.find(key)
  if (object === undefined || object.bytes < partBytes) return undefined
  return { partBytes, rest, open: undefined, isSaved: true }
}

/** Its process may have died between the last request and the row that was to tell of it. */
async function ofObject(bucket: Bucket, key: string, sizeBytes: number): Promise<Source | undefined> {
  const object = await bucket.find(key)
  if (object === undefined || object.bytes < sizeBytes) return undefined
  return { partBytes: sizeBytes, rest: Buffer.alloc(0), open: undefined, isSaved: false }
}

function isWhole(state: SavedState, parts: Part[]): boolean {
  const first = parts.slice(0, state.parts)
  return first.reduce((sum, { bytes }) => sum + bytes, 0) === state.partBytes
}

function savedBytes(
  bucket: Bucket,
  { key, sizeBytes, source: found }: { key: string; sizeBytes: number; source: Source },
): SavedBytes {
  let source = found
  const fromParts = Math.min(sizeBytes, source.partBytes)
  const rest = source.rest.subarray(0, sizeBytes - fromParts)
  /** All parts that are there, counted on or not: some stores join no fewer. */
  const readable = async () => {
    if (source.open !== undefined) await join(bucket, source.open.write, source.open.parts)
    source = { ...source, open: undefined }
  }
  async function* read(): AsyncGenerator<Uint8Array> {
    if (fromParts > 0)
      yield* await onBucket(async () => {
        await readable()
        return readObject(bucket, key, { start: 0, end: fromParts - 1 })
      })
    if (rest.byteLength > 0) yield rest
  }
  const append = async (): Promise<BlobWriter> => {
    const { open, isSaved } = source
    if (open?.isExact && sizeBytes >= source.partBytes)
      return partWriter(bucket, { write: open.write, parts: open.parts, rest, isSaved })
    if (fromParts > 0) await readable()
    else if (open !== undefined) await bucket.abort(open.write)
    return anew(bucket, { key, fromParts, rest, isSaved })
  }
  return { read, append: () => onBucket(append) }
}

/** A new upload that begins with the bytes of the object. */
async function anew(
  bucket: Bucket,
  { key, fromParts, rest, isSaved }: { key: string; fromParts: number; rest: Buffer; isSaved: boolean },
): Promise<BlobWriter> {
  const write = await beginWrite(bucket, key)
  try {
    if (fromParts >= MIN_PART_BYTES) {
      const parts = await copyParts(bucket, write, { key, bytes: fromParts })
      return partWriter(bucket, { write, parts, rest, isSaved })
    }
    const head: Uint8Array[] = []
    if (fromParts > 0)
      for await (const chunk of await readObject(bucket, key, { start: 0, end: fromParts - 1 }))
        head.push(chunk)
    return partWriter(bucket, { write, parts: [], rest: Buffer.concat([...head, rest]), isSaved })
  } catch (error) {
    await bucket.abort(write).catch(() => undefined)
    throw error
  }
}
