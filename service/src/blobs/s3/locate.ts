// Where a client gets an object from the store itself, for a while.
import type { Bucket } from './bucket.ts'
import type { BucketSettings } from './clients.ts'
import { presignGet } from './presign-get.ts'

export interface Visit {
  method: 'GET' | 'HEAD'
  /** Unix milliseconds. */
  from: number
  seconds: number
  /** What the store is to say of the bytes. */
  says: { contentType: string; contentDisposition: string; cacheControl: string }
}

export type Locate = (key: string, visit: Visit) => Promise<string>

/** `url` is where clients reach the bucket. Asks nothing of the store: an address of an object that is not there leads to the store's own 404. */
export function createLocate(
  bucket: Pick<Bucket, 'credentials'>,
  { prefix, region }: BucketSettings,
  url: string,
): Locate {
  return async (key, { says, ...visit }) =>
    presignGet({
      ...visit,
      url: `${url}/${prefix}${key}`,
      region,
      credentials: await bucket.credentials(),
      query: {
        'response-content-type': says.contentType,
        'response-content-disposition': says.contentDisposition,
        'response-cache-control': says.cacheControl,
      },
    })
}
