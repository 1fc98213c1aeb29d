// Delivery of pictures made of an asset: thumbnails, previews and what else is in the list of presets.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ReadyAsset } from '../../assets/asset.ts'
import { type DerivativePorts, derivative } from '../../assets/derivatives/derivative.ts'
import type { IconKind } from '../../assets/derivatives/ports.ts'
import { type Preset, type Recipe, signatureOf } from '../../assets/derivatives/recipe.ts'
import { invalidField, noPicture } from '../../ground/errors.ts'
import { isNotModified } from '../preconditions.ts'
import { type Caching, cacheControlFor, cacheControlOf } from './caching.ts'
import { describe, type Exchange } from './deliver.ts'
import { acceptedFormat } from './picture-format.ts'

/** What is asked for, and for how long the answer may be kept. */
interface Wanted {
  asset: ReadyAsset
  preset: Preset
  caching: Caching
}

/** What is said of a picture whether or not its bytes follow. */
interface Shown {
  /** Another picture has another tag; pictures of one tag may differ in bytes, since two nodes may make them. */
  tag: string
  contentType: string
  extension: string
  cacheControl: string
}

/** An icon may give way to a picture: a video has one once ffmpeg is installed. */
const ICON_SECONDS = 3600
/** Grows by one when the icons change. */
const ICON_EDITION = 1

/** Undefined where none is asked for: then the asset itself is. */
export function requestedPreset(presets: Map<string, Preset>, { query }: FastifyRequest): Preset | undefined {
  const { preset: given } = query as { preset?: string | string[] } // as the router parses every query
  if (given === undefined) return undefined
  const preset = typeof given === 'string' ? presets.get(given) : undefined
  if (preset === undefined) throw invalidField('preset', `must be one of ${[...presets.keys()].join(', ')}`)
  return preset
}

/**
 * Answers with a picture whatever the asset is, save that an image which cannot be decoded is refused, and every asset
 * but an image to a preset that only images have. Ranges are ignored (RFC 9110, section 14.2): see `tag`.
 */
export async function deliverPicture(
  ports: DerivativePorts,
  { asset, preset, caching }: Wanted,
  { request, reply }: Exchange,
): Promise<FastifyReply> {
  const isImage = asset.contentType.startsWith('image/')
  if (preset.kind === 'model_input' && !isImage)
    throw invalidField('preset', `${preset.name} is made of images, and this asset is ${asset.contentType}`)
  if (preset.kind === 'fit' && preset.format === undefined) reply.header('vary', 'Accept')
  if (!isImage && !asset.contentType.startsWith('video/'))
    return sendIcon(ports, { asset, caching }, { request, reply })
  const recipe = recipeFor(preset, asset, request)
  const shown = pictureShown(asset, recipe, caching)
  if (isWithClient(request, shown)) return unchanged(reply, shown)
  const picture = await derivative(ports, asset, recipe)
  if ('refusal' in picture) {
    if (isImage) throw noPicture(picture.refusal)
    return sendIcon(ports, { asset, caching }, { request, reply })
  }
  describeShown(reply, shown, { asset, request, sizeBytes: picture.sizeBytes })
  if (request.method !== 'HEAD') return reply.send(picture.bytes)
  picture.bytes.destroy()
  return reply.send()
}

function recipeFor(preset: Preset, { media }: ReadyAsset, { headers }: FastifyRequest): Recipe {
  if (preset.kind === 'model_input') return { kind: 'model_input', format: 'jpeg' }
  const { kind, width, height } = preset
  const format = preset.format ?? acceptedFormat(headers.accept, media?.hasAlpha ? 'png' : 'jpeg')
  return { kind, width, height, format }
}

const pictureShown = (asset: ReadyAsset, recipe: Recipe, caching: Caching): Shown => ({
  tag: `${asset.sha256}.${signatureOf(recipe)}`,
  contentType: `image/${recipe.format}`,
  extension: recipe.format === 'jpeg' ? 'jpg' : recipe.format,
  cacheControl: cacheControlOf(caching),
})

function sendIcon(
  ports: DerivativePorts,
  { asset, caching }: Omit<Wanted, 'preset'>,
  { request, reply }: Exchange,
): FastifyReply {
  const kind = iconOf(asset)
  const shown = {
    tag: `icon.${kind}.${ICON_EDITION}`,
    contentType: 'image/png',
    extension: 'png',
    cacheControl: cacheControlFor(caching, ICON_SECONDS),
  }
  if (isWithClient(request, shown)) return unchanged(reply, shown)
  const icon = ports.pictures.icon(kind)
  describeShown(reply, shown, { asset, request, sizeBytes: icon.byteLength })
  return reply.send(request.method === 'HEAD' ? undefined : icon)
}

function iconOf({ contentType }: ReadyAsset): IconKind {
  if (contentType.startsWith('video/')) return 'video'
  return contentType.startsWith('audio/') ? 'audio' : 'document'
}

const isWithClient = ({ headers }: FastifyRequest, { tag }: Shown): boolean =>
  isNotModified({ 'if-none-match': headers['if-none-match'] }, { etag: `"${tag}"`, lastModified: 0 })

const unchanged = (reply: FastifyReply, shown: Shown): FastifyReply =>
  identifyShown(reply, shown).code(304).send()

const identifyShown = (reply: FastifyReply, { tag, cacheControl }: Shown): FastifyReply =>
  reply.headers({ etag: `W/"${tag}"`, 'cache-control': cacheControl })

function describeShown(
  reply: FastifyReply,
  shown: Shown,
  { asset, request, sizeBytes }: { asset: ReadyAsset; request: FastifyRequest; sizeBytes: number },
): void {
  const name = asset.name && `${asset.name.replace(/\.[^.]*$/, '')}.${shown.extension}`
  identifyShown(reply, shown)
  describe(reply, { ...asset, name, contentType: shown.contentType }, request).headers({
    'accept-ranges': 'none',
    'content-length': sizeBytes,
  })
}
