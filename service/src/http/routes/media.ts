// Delivery: the bytes of a ready asset at its URL.
import { Readable } from 'node:stream'
import { create as contentDisposition } from 'content-disposition'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ReadyAsset } from '../../assets/asset.ts'
import { cacheControl } from '../../ground/cache-control.ts'
import { notFound } from '../../ground/errors.ts'
import type { App } from '../app.ts'
import { requestedRange } from '../byte-range.ts'
import { allowAllOrigins } from '../cors.ts'
import type { Deps } from '../deps.ts'
import { UNKEPT } from '../errors.ts'
import { isNotModified, isRangeWanted, type Validators } from '../preconditions.ts'

/**
 * Media can neither run scripts nor load anything; `allow-same-origin` alone keeps video and audio playable.
 * A PDF is shown without the sandbox, in which not every browser's viewer starts: it needs none, since no script of
 * a PDF reaches the page's origin.
 */
const CSP = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
const SANDBOX = '; sandbox allow-same-origin'

/** The blob's reader gives half a mebibyte at a time; a slow client costs no more than two of them. */
const ONE_CHUNK_AHEAD = 1

const schema = {
  hide: true,
  params: z.object({ media_token: z.string(), name: z.string().optional() }),
}

export function media(app: App, deps: Deps): void {
  const exposed =
    'accept-ranges, content-disposition, content-length, content-range, etag, last-modified, request-id'
  allowAllOrigins(app, '/media/*', { methods: 'GET, HEAD, OPTIONS', exposed })
  for (const url of ['/media/:media_token', '/media/:media_token/:name'])
    app.route({
      method: ['GET', 'HEAD'],
      url,
      schema,
      handler: async (request, reply) => {
        const asset = await deps.assets.findReady(request.params.media_token)
        if (asset === undefined) throw notFound('media')
        return deliver(deps, asset, { request, reply })
      },
    })
}

/** The bytes are opened before a header promises anything of them: an error must not carry what caches keep. */
async function deliver(
  deps: Deps,
  asset: ReadyAsset,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const validators = { etag: `"${asset.sha256}"`, lastModified: asset.readyAt }
  if (isNotModified(request.headers, validators)) return identify(reply, validators, deps).code(304).send()
  const range = rangeOf(request, asset, validators)
  if (range === 'unsatisfiable')
    return reply
      .code(416)
      .headers({ 'content-range': `bytes */${asset.sizeBytes}`, ...UNKEPT })
      .send()
  const { start, end } = range ?? { start: 0, end: asset.sizeBytes - 1 }
  const bytes = request.method === 'HEAD' ? undefined : await bytesOf(deps, asset, { start, end })
  identify(reply, validators, deps)
  reply.headers({
    'content-type': asset.contentType,
    'content-length': end - start + 1,
    'content-disposition': disposition(asset, request),
    'content-security-policy': asset.contentType === 'application/pdf' ? CSP : CSP + SANDBOX,
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'cross-origin',
    'accept-ranges': 'bytes',
  })
  if (range !== undefined) reply.code(206).header('content-range', `bytes ${start}-${end}/${asset.sizeBytes}`)
  return reply.send(bytes && Readable.from(bytes, { objectMode: false, highWaterMark: ONE_CHUNK_AHEAD }))
}

/** Bytes that went with their asset, since it was found, are not found; any others that cannot be read are our fault. */
async function bytesOf(deps: Deps, asset: ReadyAsset, range: { start: number; end: number }) {
  try {
    return await deps.blobs.read(asset.blobKey, range)
  } catch (error) {
    throw (await deps.assets.findReady(asset.mediaToken)) === undefined ? notFound('media') : error
  }
}

/** What a cache needs to know of these bytes, with or without them. */
const identify = (reply: FastifyReply, validators: Validators, { mediaCacheSeconds }: Deps): FastifyReply =>
  reply.headers({
    etag: validators.etag,
    'last-modified': new Date(validators.lastModified).toUTCString(),
    'cache-control': cacheControl(mediaCacheSeconds),
  })

/** Only GET has ranges (RFC 9110, section 14.2). */
const rangeOf = ({ method, headers }: FastifyRequest, asset: ReadyAsset, validators: Validators) =>
  method === 'GET' && isRangeWanted(headers, validators)
    ? requestedRange(headers.range, asset.sizeBytes)
    : undefined

/** RFC 6266: a plain name for old clients, the real one in RFC 8187's encoding. */
const disposition = (asset: ReadyAsset, { query }: FastifyRequest): string => {
  const isDownload = typeof query === 'object' && query !== null && 'download' in query
  return contentDisposition(asset.name ?? undefined, { type: isDownload ? 'attachment' : 'inline' })
}
