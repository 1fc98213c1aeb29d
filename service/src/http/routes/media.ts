// Delivery: the bytes of a ready asset at its URL.
import { z } from 'zod'
import { notFound } from '../../ground/errors.ts'
import type { App } from '../app.ts'
import { allowAllOrigins } from '../cors.ts'
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
  for (const url of ['/media/:media_token', '/media/:media_token/:name'])
    app.route({
      method: ['GET', 'HEAD'],
      url,
      schema,
      handler: async (request, reply) => {
        const preset = requestedPreset(deps.presets, request)
        const asset = await deps.assets.findReady(request.params.media_token)
        if (asset === undefined) throw notFound('media')
        if (preset !== undefined) return deliverPicture(deps, { asset, preset }, { request, reply })
        if (isNotModified(request.headers, validatorsOf(asset)))
          return identify(reply, asset, deps.mediaCacheSeconds).code(304).send()
        return deps.deliver(asset, { request, reply })
      },
    })
}
