// Bytes in a bucket of an S3-compatible store: quarantine and published media apart, unfinished writes in parts.
import { create as contentDisposition } from 'content-disposition'
import type { Forms, Published } from '../../assets/ports.ts'
import { cacheControl } from '../../ground/cache-control.ts'
import type { MoveMark } from '../../upkeep/move-ports.ts'
import type { BlobStore } from '../../upkeep/ports.ts'
import { readFileRange } from '../disk/read-file.ts'
import { onDisk } from '../disk/trouble.ts'
import { KEY, UNFINISHED_KEY } from '../keys.ts'
import { openBucket, type ServedAs } from './bucket.ts'
import type { BucketSettings } from './clients.ts'
import { createForms } from './forms.ts'
import { copyObject } from './joining.ts'
import { createLending } from './lend.ts'
import { createLocate, type Locate } from './locate.ts'
import { createMoveMark } from './move-mark.ts'
import { openPartWriter } from './part-writer.ts'
import { publicAddress } from './public-address.ts'
import { readObject } from './read-object.ts'
import { findSavedObject } from './saved-object.ts'
import { storedObjects } from './stored-objects.ts'
import { notThere, onBucket } from './trouble.ts'

export interface S3Settings extends BucketSettings {
  /** For how long caches may keep published objects. */
  mediaCacheSeconds: number
  /** For files that are lent; it is made if need be. */
  folder: string
}

export interface S3Blobs extends BlobStore {
  forms: Forms
  locate: Locate
  moveMark: MoveMark
  /** Throws unless the bucket answers. */
  check(): Promise<void>
  close(): Promise<void>
}

/** Asks nothing of the store yet, and touches nothing. */
export function openS3({ folder, mediaCacheSeconds, ...settings }: S3Settings): S3Blobs {
  const bucket = openBucket(settings)
  const url = publicAddress(settings)
  const locate = createLocate(bucket, settings, url)
  const { lend, lentFile } = createLending(bucket, folder)
  const { removeUnfinished, ...stored } = storedObjects(bucket)
  return {
    create: async key => openPartWriter(bucket, checked(key)),
    put: (key, bytes) => onBucket(() => bucket.put(checked(key), bytes, {})),
    saved: async (key, sizeBytes) => findSavedObject(bucket, checked(key), sizeBytes),
    promote: async (quarantineKey, mediaKey, as) => {
      const [from, to] = [checked(quarantineKey), checked(mediaKey)]
      await onBucket(async () => {
        const found = await bucket.find(from)
        if (found === undefined) throw notThere(from)
        await copyObject(bucket, { from: found, to, served: servedAs(as, mediaCacheSeconds) })
      })
    },
    read: async (key, range) => {
      const file = lentFile(key)
      return file === undefined
        ? onBucket(() => readObject(bucket, checked(key), range))
        : onDisk(() => readFileRange(file, range))
    },
    withFile: async (key, use) => lend(checked(key), use),
    remove: key =>
      onBucket(() => (UNFINISHED_KEY.test(key) ? removeUnfinished(key) : bucket.remove(checked(key)))),
    forms: createForms(bucket, settings, url),
    locate: (key, visit) => onBucket(() => locate(checked(key), visit)),
    ...stored,
    moveMark: createMoveMark(bucket),
    check: () => onBucket(() => bucket.check()),
    close: async () => bucket.close(),
  }
}

/** For whoever gets the object from the store itself. */
const servedAs = ({ contentType, name }: Published, cacheSeconds: number): ServedAs => ({
  ContentType: contentType,
  ContentDisposition: contentDisposition(name ?? undefined, { type: 'inline' }),
  CacheControl: cacheControl(cacheSeconds),
})

function checked(key: string): string {
  if (!KEY.test(key)) throw new Error(`not a blob key: ${key}`)
  return key
}
