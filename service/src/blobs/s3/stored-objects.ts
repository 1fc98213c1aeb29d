// Everything that lies in the bucket, named or not, finished or not.
import type { Area, StoredBytes, StoredFile } from '../../upkeep/ports.ts'
import { finishedOf, isOurs, UNFINISHED_KEY, unfinishedOf } from '../keys.ts'
import type { Bucket, ObjectFacts } from './bucket.ts'
import type { OpenUpload, Part } from './multipart.ts'
import { onBucket } from './trouble.ts'

const PAGE = 500

export interface StoredObjects extends StoredBytes {
  leftovers(time: number): AsyncIterable<string[]>
  /** Ends the uploads of an unfinished write and removes what was saved of it. */
  removeUnfinished(key: string): Promise<void>
}

export const storedObjects = (bucket: Bucket): StoredObjects => ({
  stored: area => storedIn(bucket, area),
  findStored: async key => (isOurs(key) ? onBucket(() => findOne(bucket, key)) : undefined),
  leftovers: time => leftovers(bucket, time),
  removeUnfinished: async key => {
    for (const upload of await uploadsOf(bucket, key)) await bucket.abort(upload)
    await bucket.remove(key)
  },
})

async function* storedIn(bucket: Bucket, area: Area): AsyncGenerator<StoredFile[]> {
  if (area === 'incoming') return yield* unfinished(bucket)
  for await (const page of pagesOf(bucket.list(`${area}/`))) yield page.map(asFile)
}

const asFile = ({ key, bytes, modifiedAt }: ObjectFacts): StoredFile => ({
  key,
  bytes,
  touchedAt: modifiedAt,
  isOurs: isOurs(key),
})

async function findOne(bucket: Bucket, key: string): Promise<StoredFile | undefined> {
  const object = await bucket.find(key)
  let found = object && asFile(object)
  if (UNFINISHED_KEY.test(key))
    for (const upload of await uploadsOf(bucket, key))
      found = withParts(found, upload, (await bucket.parts(upload)) ?? [])
  return found
}

/**
 * A write may show as an upload, as a saved state, or as both. Of uploads begun since `young` no part is looked at: they
 * are young in any case, and there is a request for each.
 */
async function* unfinished(bucket: Bucket, young = Number.POSITIVE_INFINITY): AsyncGenerator<StoredFile[]> {
  const files = new Map<string, StoredFile>()
  for await (const page of pagesOf(bucket.list('incoming/')))
    for (const object of page) files.set(object.key, asFile(object))
  for await (const page of pagesOf(openUploads(bucket)))
    for (const upload of page) {
      const key = unfinishedOf(upload.key)
      const parts = upload.begunAt < young ? await onBucket(() => bucket.parts(upload)) : []
      files.set(key, withParts(files.get(key), upload, parts ?? []))
    }
  const all = [...files.values()]
  for (let at = 0; at < all.length; at += PAGE) yield all.slice(at, at + PAGE)
}

function withParts(file: StoredFile | undefined, upload: OpenUpload, parts: Part[]): StoredFile {
  const key = unfinishedOf(upload.key)
  return {
    key,
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, file?.bytes ?? 0),
    touchedAt: Math.max(upload.begunAt, file?.touchedAt ?? 0, ...parts.map(({ modifiedAt }) => modifiedAt)),
    isOurs: isOurs(upload.key),
  }
}

async function* openUploads(bucket: Bucket): AsyncGenerator<OpenUpload[]> {
  for (const area of ['quarantine/', 'media/']) yield* bucket.uploads(area)
}

async function uploadsOf(bucket: Bucket, unfinishedKey: string): Promise<OpenUpload[]> {
  const key = finishedOf(unfinishedKey)
  const found: OpenUpload[] = []
  for await (const page of bucket.uploads(key)) found.push(...page.filter(upload => upload.key === key))
  return found
}

async function* leftovers(bucket: Bucket, time: number): AsyncGenerator<string[]> {
  for (const pages of [unfinished(bucket, time), storedIn(bucket, 'quarantine')])
    for await (const page of pages)
      yield page.filter(file => file.isOurs && file.touchedAt < time).map(({ key }) => key)
}

async function* pagesOf<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = pages[Symbol.asyncIterator]()
  for (;;) {
    const next = await onBucket(() => iterator.next())
    if (next.done) return
    yield next.value
  }
}
