// Delivery by this process: the bytes come from wherever they are kept and go out with the answer.
import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { ReadyAsset } from '../../assets/asset.ts'
import type { Ports } from '../../assets/ports.ts'
import { notFound } from '../../ground/errors.ts'
import { type ByteRange, requestedRange } from '../byte-range.ts'
import { isRangeWanted } from '../preconditions.ts'
import { answerUnsatisfiable, type Deliver, describe, identify, validatorsOf } from './deliver.ts'

/** The blob's reader gives half a mebibyte at a time; a slow client costs no more than two of them. */
const ONE_CHUNK_AHEAD = 1

type ReadingPorts = Pick<Ports, 'assets' | 'blobs'>

/** The bytes are opened before a header promises anything of them: an error must not carry what caches keep. */
export function createStream(ports: ReadingPorts, cacheSeconds: number): Deliver {
  return async (asset, { request, reply }) => {
    const range = rangeOf(request, asset)
    if (range === 'unsatisfiable') return answerUnsatisfiable(reply, asset)
    const { start, end } = range ?? { start: 0, end: asset.sizeBytes - 1 }
    const bytes = request.method === 'HEAD' ? undefined : await bytesOf(ports, asset, { start, end })
    identify(reply, asset, cacheSeconds)
    describe(reply, asset, request).headers({ 'accept-ranges': 'bytes', 'content-length': end - start + 1 })
    if (range !== undefined)
      reply.code(206).header('content-range', `bytes ${start}-${end}/${asset.sizeBytes}`)
    return reply.send(bytes && Readable.from(bytes, { objectMode: false, highWaterMark: ONE_CHUNK_AHEAD }))
  }
}

/** The one range that is to be sent; undefined for the whole. Only GET has ranges (RFC 9110, section 14.2). */
export const rangeOf = (
  { method, headers }: FastifyRequest,
  asset: ReadyAsset,
): ByteRange | 'unsatisfiable' | undefined =>
  method === 'GET' && isRangeWanted(headers, validatorsOf(asset))
    ? requestedRange(headers.range, asset.sizeBytes)
    : undefined

/** Bytes that went with their asset, since it was found, are not found; any others that cannot be read are our fault. */
export async function bytesOf(
  ports: ReadingPorts,
  asset: ReadyAsset,
  range: ByteRange,
): Promise<AsyncIterable<Uint8Array>> {
  try {
    return await ports.blobs.read(asset.blobKey, range)
  } catch (error) {
    throw (await ports.assets.findReady(asset.mediaToken)) === undefined ? notFound('media') : error
  }
}
