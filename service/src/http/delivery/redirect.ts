// Delivery by the store itself: a short-lived address at which the client gets the bytes from the bucket.
import type { Clock } from '../../ground/clock.ts'
import { cacheControlOf } from './caching.ts'
import { type Deliver, disposition } from './deliver.ts'

/** Finds the public address of an object for whoever makes one kind of request, for a while. */
export type Locate = (
  key: string,
  visit: {
    method: 'GET' | 'HEAD'
    /** Unix milliseconds. */
    from: number
    seconds: number
    /** What the store is to say of the bytes. */
    says: { contentType: string; contentDisposition: string; cacheControl: string }
  },
) => Promise<string>

const ADDRESS_SECONDS = 300
/** Whoever keeps our answer as long as it may be kept still has four minutes to begin, or what is left of the URL. */
const BEGINNING_SECONDS = 240

export const createRedirect =
  ({ locate, clock }: { locate: Locate; clock: Clock }): Deliver =>
  async (asset, { request, reply }, caching) => {
    const seconds = Math.min(ADDRESS_SECONDS, caching.urlSeconds)
    const location = await locate(asset.blobKey, {
      method: request.method === 'HEAD' ? 'HEAD' : 'GET',
      from: clock.now(),
      seconds,
      says: {
        contentType: asset.contentType,
        contentDisposition: disposition(asset, request),
        cacheControl: cacheControlOf(caching),
      },
    })
    return reply
      .code(302)
      .headers({ location, 'cache-control': `private, max-age=${Math.max(0, seconds - BEGINNING_SECONDS)}` })
      .send()
  }
