// Delivery by an nginx in front: our headers, and where its internal location has the bytes.
import type { FastifyRequest } from 'fastify'
import type { Ports } from '../../assets/ports.ts'
import { answerUnsatisfiable, type Deliver, describe, identify } from './deliver.ts'
import { bytesOf, createStream, rangeOf } from './stream.ts'

/** nginx serves DATA_DIR/blobs below it, to nobody but us (deploy/nginx.conf). */
const INTERNAL_LOCATION = '/_herbarium_media'

/** A range that nginx reads as we do: it refuses what RFC 9110 lets us ignore, and numbers that are too long. */
const SAME_FOR_NGINX = /^bytes=(\d{1,15}-\d{0,15}|-\d{1,15})$/i

/** Requests that nginx would judge in another way than we do are few, and streamed. */
export function createXAccel(ports: Pick<Ports, 'assets' | 'blobs'>): Deliver {
  const stream = createStream(ports)
  return async (asset, exchange, caching) => {
    const { request, reply } = exchange
    const range = rangeOf(request, asset)
    if (range === 'unsatisfiable') return answerUnsatisfiable(reply, asset)
    if (!isLeftToNginx(request, range !== undefined)) return stream(asset, exchange, caching)
    // One byte, for the reason that streaming has: nginx would put our headers on its own 404. It opens the file itself.
    await bytesOf(ports, asset, { start: 0, end: 0 })
    identify(reply, asset, caching)
    // nginx says so itself, only not of a part.
    if (range !== undefined) reply.header('accept-ranges', 'bytes')
    return describe(reply, asset, request)
      .header('x-accel-redirect', `${INTERNAL_LOCATION}/${asset.blobKey}`)
      .send('')
  }
}

/** It compares If-Match and If-Unmodified-Since, which we know nothing of, with a tag and a date of its own. */
function isLeftToNginx({ headers }: FastifyRequest, isPart: boolean): boolean {
  if (headers['if-match'] !== undefined || headers['if-unmodified-since'] !== undefined) return false
  return headers.range === undefined || (isPart && SAME_FOR_NGINX.test(headers.range))
}
