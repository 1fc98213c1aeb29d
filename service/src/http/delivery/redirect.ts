// Delivery by the store itself: a short-lived address at which the client gets the bytes from the bucket.
import { cacheControl } from '../../ground/cache-control.ts'
import type { Clock } from '../../ground/clock.ts'
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
/** Whoever keeps our answer so long still has four minutes to begin. */
const KEPT_SECONDS = 60

export const createRedirect =
  ({ locate, clock }: { locate: Locate; clock: Clock }, cacheSeconds: number): Deliver =>
  async (asset, { request, reply }) => {
    const location = await locate(asset.blobKey, {
      method: request.method === 'HEAD' ? 'HEAD' : 'GET',
      from: clock.now(),
      seconds: ADDRESS_SECONDS,
      says: {
        contentType: asset.contentType,
        contentDisposition: disposition(asset, request),
        cacheControl: cacheControl(cacheSeconds),
      },
    })
    return reply
      .code(302)
      .headers({ location, 'cache-control': `private, max-age=${KEPT_SECONDS}` })
      .send()
  }
