// Delivery: the bytes of a ready asset at its URL.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ReadyAsset } from '../../assets/asset.ts'
import { secondsLeft, signerIn } from '../../assets/media-signature.ts'
import { notFound } from '../../ground/errors.ts'
import type { App } from '../app.ts'
import { allowAllOrigins } from '../cors.ts'
import { type Caching, privateCaching, publicCaching } from '../delivery/caching.ts'
import { identify, validatorsOf } from '../delivery/deliver.ts'
import { deliverPicture, requestedPreset } from '../delivery/picture.ts'
import type { Deps } from '../deps.ts'
import { isNotModified } from '../preconditions.ts'

const schema = {
  hide: true,
  params: z.object({ media_token: z.string(), name: z.string().optional() }),
}

export function media(app: App, deps: Deps): void {
  const exposed =
    'accept-ranges, content-disposition, content-length, content-range, etag, last-modified, request-id'
  allowAllOrigins(app, '/media/*', { methods: 'GET, HEAD, OPTIONS', exposed })
  const forAll = publicCaching(deps.mediaCacheSeconds)
  for (const url of ['/media/:media_token', '/media/:media_token/:name'])
    app.route({
      method: ['GET', 'HEAD'],
      url,
      schema,
      handler: async (request, reply) => {
        const preset = requestedPreset(deps.presets, request)
        const found = await deps.assets.findReady(request.params.media_token)
        if (found === undefined) throw notFound('media')
        const { asset, mediaAccess } = found
        const caching = mediaAccess === 'public' ? forAll : await untilItEnds(deps, request, asset)
        if (preset !== undefined) return deliverPicture(deps, { asset, preset, caching }, { request, reply })
        if (isNotModified(request.headers, validatorsOf(asset)))
          return identify(reply, asset, caching).code(304).send()
        return deps.deliver(asset, { request, reply }, caching)
      },
    })
}

/** Throws `forbidden` where the URL is not signed, or not any more. */
async function untilItEnds(
  { signing, clock, mediaCacheSeconds }: Deps,
  { query }: FastifyRequest,
  { mediaToken }: ReadyAsset,
): Promise<Caching> {
  const given = query as { expires?: unknown; signature?: unknown } // as the router parses every query
  await signing.media.learn(signerIn(given))
  return privateCaching(
    mediaCacheSeconds,
    secondsLeft(signing.media, { mediaToken, now: clock.now() }, given),
  )
}
