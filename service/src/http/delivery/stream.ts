// Delivery by this process: the bytes come from wherever they are kept and go out with the answer.
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ReadyAsset } from '../../assets/asset.ts'
import type { Ports } from '../../assets/ports.ts'
import { notFound } from '../../ground/errors.ts'
import { type ByteRange, requestedRange } from '../byte-range.ts'
import { isRangeWanted } from '../preconditions.ts'
import { answerUnsatisfiable, type Deliver, describe, identify, validatorsOf } from './deliver.ts'

/**
 * The blob's reader gives half a mebibyte at a time, and lends it. One is being written, one waits and one is asked for:
 * the stream reads no further ahead, and goes on when the one before is with the system.
 */
const ONE_CHUNK_AHEAD = 1

/** Bytes that come in one piece go out as one, with their headers; a stream would only be in their way. */
async function bodyOf(
  ports: ReadingPorts,
  asset: ReadyAsset,
  range: ByteRange,
  reply: FastifyReply,
): Promise<Uint8Array | Readable> {
  const bytes = await bytesOf(ports, asset, range, { out: whenOut(reply) })
  const iterator = bytes[Symbol.asyncIterator]()
  const first = await iterator.next()
  if (first.done) return Buffer.alloc(0)
  if (first.value.byteLength <= range.end - range.start)
    return Readable.from(again(first, iterator), { objectMode: false, highWaterMark: ONE_CHUNK_AHEAD })
  await iterator.return?.()
  return first.value
}

/** When the answer has gone out, or its client has. */
const whenOut = ({ raw }: FastifyReply): Promise<void> =>
  new Promise(resolve => {
    if (raw.closed) resolve()
    else raw.once('close', resolve)
  })

/** Not a generator, which would not hand `return` on before its first read. */
function again<T>(first: IteratorResult<T>, iterator: AsyncIterator<T>): AsyncIterable<T> {
  let isFirst = true
  const next = async () => {
    if (!isFirst) return iterator.next()
    isFirst = false
    return first
  }
  const finish = async (): Promise<IteratorResult<T>> => {
    await iterator.return?.()
    return { done: true, value: undefined }
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: finish }) }
}

type ReadingPorts = Pick<Ports, 'assets' | 'blobs'>

/** The first bytes are read before a header promises anything of them: an error must not carry what caches keep. */
export function createStream(ports: ReadingPorts): Deliver {
  return async (asset, { request, reply }, caching) => {
    const range = rangeOf(request, asset)
    if (range === 'unsatisfiable') return answerUnsatisfiable(reply, asset)
    const { start, end } = range ?? { start: 0, end: asset.sizeBytes - 1 }
    const body = request.method === 'HEAD' ? undefined : await bodyOf(ports, asset, { start, end }, reply)
    identify(reply, asset, caching)
    describe(reply, asset, request).headers({ 'accept-ranges': 'bytes', 'content-length': end - start + 1 })
    if (range !== undefined)
      reply.code(206).header('content-range', `bytes ${start}-${end}/${asset.sizeBytes}`)
    return reply.send(body)
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
  delivery?: { out: Promise<void> },
): Promise<AsyncIterable<Uint8Array>> {
  try {
    return await ports.blobs.read(asset.blobKey, range, delivery)
  } catch (error) {
    throw (await ports.assets.findReady(asset.mediaToken)) === undefined ? notFound('media') : error
  }
}
