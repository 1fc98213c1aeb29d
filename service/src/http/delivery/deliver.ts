// How the bytes of a ready asset reach whoever asked for them, and what is said of them in every way.
import { create as contentDisposition } from 'content-disposition'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ReadyAsset } from '../../assets/asset.ts'
import { UNKEPT } from '../errors.ts'
import type { Validators } from '../preconditions.ts'
import { type Caching, cacheControlOf } from './caching.ts'

export interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
}

/** Answers with the asset's bytes, or with where they are. What the client has already was asked before. */
export type Deliver = (asset: ReadyAsset, exchange: Exchange, caching: Caching) => Promise<FastifyReply>

/**
 * Media can neither run scripts nor load anything; `allow-same-origin` alone keeps video and audio playable.
 * A PDF is shown without the sandbox, in which not every browser's viewer starts: it needs none, since no script of
 * a PDF reaches the page's origin.
 */
const CSP = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
const SANDBOX = '; sandbox allow-same-origin'

export const validatorsOf = (asset: ReadyAsset): Validators => ({
  etag: `"${asset.sha256}"`,
  lastModified: asset.readyAt,
})

/** What a cache needs to know of these bytes, with or without them. */
export const identify = (reply: FastifyReply, asset: ReadyAsset, caching: Caching): FastifyReply =>
  reply.headers({
    etag: validatorsOf(asset).etag,
    'last-modified': new Date(asset.readyAt).toUTCString(),
    'cache-control': cacheControlOf(caching),
  })

/** What a client needs to know before it takes the bytes, and what keeps them from acting. */
export const describe = (reply: FastifyReply, asset: ReadyAsset, request: FastifyRequest): FastifyReply =>
  reply.headers({
    'content-type': asset.contentType,
    'content-disposition': disposition(asset, request),
    'content-security-policy': asset.contentType === 'application/pdf' ? CSP : CSP + SANDBOX,
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'cross-origin',
  })

/** RFC 6266: a plain name for old clients, the real one in RFC 8187's encoding. */
export const disposition = (asset: ReadyAsset, { query }: FastifyRequest): string => {
  const isDownload = typeof query === 'object' && query !== null && 'download' in query
  return contentDisposition(asset.name ?? undefined, { type: isDownload ? 'attachment' : 'inline' })
}

export const answerUnsatisfiable = (reply: FastifyReply, asset: ReadyAsset): FastifyReply =>
  reply
    .code(416)
    .headers({ 'content-range': `bytes */${asset.sizeBytes}`, ...UNKEPT })
    .send()
