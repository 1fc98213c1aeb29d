// Where a client gets an object from the store itself, for a while.
import type { Bucket } from './bucket.ts'
import type { BucketSettings } from './clients.ts'
import { presignGet } from './presign-get.ts'
import { publicAddress } from './public-address.ts'

export interface Visit {
  method: 'GET' | 'HEAD'
  /** Unix milliseconds. */
  from: number
  seconds: number
  /** What the store is to say of the bytes. */
  says: { contentType: string; contentDisposition: string; cacheControl: string }
}

export type Locate = (key: string, visit: Visit) => Promise<string>

/** Asks nothing of the store: an address of an object that is not there leads to the store's own 404. */
export function createLocate(bucket: Pick<Bucket, 'credentials'>, settings: BucketSettings): Locate {
  const { prefix, region } = settings
  const address = publicAddress(settings)
  return async (key, { says, ...visit }) =>
    presignGet({
      ...visit,
      url: `${address}/${prefix}${key}`,
      region,
      credentials: await bucket.credentials(),
      query: {
        'response-content-type': says.contentType,
        'response-content-disposition': says.contentDisposition,
        'response-cache-control': says.cacheControl,
      },
    })
}
