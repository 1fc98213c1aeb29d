// One bucket's objects: the requests that are made of it, each bounded in time and tried again a few times.
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { type BucketSettings, type Call, LONG, openClients, PATIENT } from './clients.ts'
import { createMultipart, type Multipart, sourceOf } from './multipart.ts'
import type { Credentials } from './sigv4.ts'
import { isMissing } from './trouble.ts'

export interface ObjectFacts {
  key: string
  bytes: number
  /** Unix milliseconds. */
  modifiedAt: number
}

export interface FoundObject extends ObjectFacts {
  /** Changes with the bytes, though whoever wants two objects to have the same one can bring that about. */
  etag: string
  metadata: Record<string, string>
}

/** What a store says of an object to those who get it from there. */
export interface ServedAs {
  ContentType: string
  ContentDisposition: string
  CacheControl: string
}

export interface ObjectBytes extends FoundObject {
  /** Ends with an error where the connection breaks before all of them came. */
  body: Readable
}

/** Keys are those of the blobs; the prefix is put before them here and nowhere else. Failures are BucketErrors. */
export interface Bucket extends Multipart {
  find(key: string): Promise<FoundObject | undefined>
  /** `bytes` are those that come: fewer than the range has where the object ends before it. */
  get(key: string, range?: { start: number; end: number }): Promise<ObjectBytes | undefined>
  put(key: string, bytes: Uint8Array, metadata: Record<string, string>): Promise<void>
  copy(from: string, to: string, served?: ServedAs): Promise<void>
  /** Also where there is none. */
  remove(key: string): Promise<void>
  /** Pages of all whose keys begin so. */
  list(prefix: string): AsyncIterable<ObjectFacts[]>
  /** Throws unless the bucket answers, and may be listed. */
  check(): Promise<void>
  /** What its owner signs with. */
  credentials(): Promise<Credentials>
  close(): void
}

export function openBucket(settings: BucketSettings): Bucket {
  const { working, reading, call, credentials, close } = openClients(settings)
  const Bucket = settings.bucket
  const named = (key: string) => ({ Bucket, Key: settings.prefix + key })
  const keyOf = (name: string) => name.slice(settings.prefix.length)
  const place = { Bucket, prefix: settings.prefix, named, keyOf }
  return {
    ...createMultipart({ working, call }, place),
    find: key => orMissing(() => head({ working, call }, named(key), key), checkBucket),
    get: (key, range) =>
      orMissing(async () => {
        const Range = range && `bytes=${range.start}-${range.end}`
        const found = await call('GetObject', limits =>
          reading.send(new GetObjectCommand({ ...named(key), ...(Range && { Range }) }), limits),
        )
        return { ...factsOf(key, found), body: streamOf(found.Body) }
      }),
    put: async (key, bytes, Metadata) => {
      const input = { ...named(key), Body: bytes, Metadata }
      await call('PutObject', limits => working.send(new PutObjectCommand(input), limits), PATIENT)
    },
    copy: async (from, to, served) => {
      const source = { CopySource: sourceOf(place, from) }
      const input = {
        ...named(to),
        ...source,
        ...(served && { ...served, MetadataDirective: 'REPLACE' as const }),
      }
      await call('CopyObject', limits => working.send(new CopyObjectCommand(input), limits), LONG)
    },
    remove: async key => {
      await call('DeleteObject', limits => working.send(new DeleteObjectCommand(named(key)), limits))
    },
    list,
    check: async () => {
      const input = { Bucket, Prefix: settings.prefix, MaxKeys: 1 }
      await call('ListObjectsV2', limits => working.send(new ListObjectsV2Command(input), limits))
    },
    credentials: () => call('Credentials', credentials),
    close,
  }

  /** The 404 of a HEAD does not say what is missing. */
  async function checkBucket() {
    await call('HeadBucket', limits => working.send(new HeadBucketCommand({ Bucket }), limits))
  }

  async function* list(prefix: string): AsyncGenerator<ObjectFacts[]> {
    let ContinuationToken: string | undefined
    do {
      const input = {
        Bucket,
        Prefix: settings.prefix + prefix,
        ...(ContinuationToken && { ContinuationToken }),
      }
      const page = await call('ListObjectsV2', limits =>
        working.send(new ListObjectsV2Command(input), limits),
      )
      yield (page.Contents ?? []).map(({ Key = '', Size = 0, LastModified }) => ({
        key: keyOf(Key),
        bytes: Size,
        modifiedAt: LastModified?.getTime() ?? 0,
      }))
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken !== undefined)
  }
}

async function head(
  { working, call }: Pick<ReturnType<typeof openClients>, 'working'> & { call: Call },
  named: { Bucket: string; Key: string },
  key: string,
): Promise<FoundObject> {
  return factsOf(key, await call('HeadObject', limits => working.send(new HeadObjectCommand(named), limits)))
}

const factsOf = (
  key: string,
  found: {
    ContentLength?: number | undefined
    LastModified?: Date | undefined
    ETag?: string | undefined
    Metadata?: Record<string, string> | undefined
  },
): FoundObject => ({
  key,
  bytes: found.ContentLength ?? 0,
  modifiedAt: found.LastModified?.getTime() ?? 0,
  etag: found.ETag ?? '',
  metadata: found.Metadata ?? {},
})

async function orMissing<T>(act: () => Promise<T>, sure?: () => Promise<void>): Promise<T | undefined> {
  try {
    return await act()
  } catch (error) {
    if (!isMissing(error)) throw error
    await sure?.()
    return undefined
  }
}

function streamOf(body: unknown): Readable {
  if (body instanceof Readable) return body
  throw new Error('an object came without a stream of its bytes')
}
