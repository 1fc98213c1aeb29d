// Delivery: the bytes of a ready asset at its URL.
import { Readable } from 'node:stream'
import { create as contentDisposition } from 'content-disposition'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ReadyAsset } from '../../assets/asset.ts'
import { notFound } from '../../ground/errors.ts'
import type { App } from '../app.ts'
import { type ByteRange, requestedRange } from '../byte-range.ts'
import { allowAllOrigins } from '../cors.ts'
import type { Deps } from '../deps.ts'
import { isNotModified, isRangeWanted } from '../preconditions.ts'

/**
 * Media can neither run scripts nor load anything; `allow-same-origin` alone keeps video and audio playable.
 * A PDF viewer does not start in a sandbox, and needs none: it has no access to the page's origin.
 */
const CSP = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
const SANDBOX = '; sandbox allow-same-origin'

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

async function deliver(
  deps: Deps,
  asset: ReadyAsset,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const validators = { etag: `"${asset.sha256}"`, lastModified: asset.readyAt }
  describe(reply, asset, deps.mediaCacheSeconds).header('etag', validators.etag)
  if (isNotModified(request.headers, validators)) return reply.code(304).send()
  reply.header('content-type', asset.contentType).header('content-disposition', disposition(asset, request))
  const range = isRangeWanted(request.headers, validators)
    ? requestedRange(request.headers.range, asset.sizeBytes)
    : undefined
  if (range === 'unsatisfiable') return unsatisfiable(reply, asset)
  if (range !== undefined)
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${asset.sizeBytes}`)
  return sendBytes(deps, asset, { request, reply, range: range ?? { start: 0, end: asset.sizeBytes - 1 } })
}

const describe = (reply: FastifyReply, asset: ReadyAsset, cacheSeconds: number): FastifyReply =>
  reply
    .header('accept-ranges', 'bytes')
    .header('last-modified', new Date(asset.readyAt).toUTCString())
    .header('cache-control', cacheSeconds > 0 ? `public, max-age=${cacheSeconds}, immutable` : 'no-cache')
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', asset.contentType === 'application/pdf' ? CSP : CSP + SANDBOX)

/** RFC 6266: a plain name for old clients, the real one in RFC 8187's encoding. */
const disposition = (asset: ReadyAsset, { query }: FastifyRequest): string => {
  const isDownload = typeof query === 'object' && query !== null && 'download' in query
  return contentDisposition(asset.name ?? undefined, { type: isDownload ? 'attachment' : 'inline' })
}

const unsatisfiable = (reply: FastifyReply, asset: ReadyAsset): FastifyReply =>
  reply.code(416).header('content-range', `bytes */${asset.sizeBytes}`).send()

async function sendBytes(
  deps: Deps,
  asset: ReadyAsset,
  { request, reply, range }: { request: FastifyRequest; reply: FastifyReply; range: ByteRange },
): Promise<FastifyReply> {
  reply.header('content-length', range.end - range.start + 1)
  if (request.method === 'HEAD') return reply.send()
  const bytes = await deps.blobs.read(asset.blobKey, range)
  return reply.send(Readable.from(bytes, { objectMode: false, highWaterMark: 1024 * 1024 }))
}
