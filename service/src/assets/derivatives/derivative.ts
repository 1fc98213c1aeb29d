// A picture made of an asset: kept since it was asked for first, or made now, once for all who ask.
import { notFound, unavailable } from '../../ground/errors.ts'
import { createTurns, type Turns } from '../../ground/turns.ts'
import type { ReadyAsset } from '../asset.ts'
import type { Ports } from '../ports.ts'
import type { KeptPictures, OpenPicture, Pictures } from './ports.ts'
import { nameOf, type Recipe } from './recipe.ts'

/** What this process is making, and what it could not make. */
export interface Derivations {
  turns: Turns
  underWay: Map<string, Promise<string | undefined>>
  refused: Map<string, { reason: string; until: number }>
}

export interface DerivativePorts extends Pick<Ports, 'assets' | 'blobs' | 'clock'> {
  keptPictures: KeptPictures
  pictures: Pictures
  derivations: Derivations
}

/** As many as are decoded at a time: more would keep a bucket's objects, and the looks into uploads, waiting. */
const AT_ONCE = 2
/** Made or waiting to be made; each holds no more than its promise. */
const MAX_UNDER_WAY = 256
const BUSY_RETRY_SECONDS = 5
/** Work that came to nothing is not done again for so long, and for so many pictures. */
const REFUSED_MS = 10 * 60_000
const MAX_REFUSED = 1000

export const createDerivations = (): Derivations => ({
  turns: createTurns(AT_ONCE, () => unavailable(new Error('no more pictures are made'))),
  underWay: new Map(),
  refused: new Map(),
})

/**
 * The picture, opened, or why there is none of this asset. Throws `unavailable` while too many others are waited for,
 * and `notFound` for an asset that is deleted meanwhile, of which nothing is left then.
 */
export async function derivative(
  ports: DerivativePorts,
  asset: ReadyAsset,
  recipe: Recipe,
): Promise<OpenPicture | { refusal: string }> {
  const name = nameOf(asset, recipe)
  const kept = await ports.keptPictures.open(name)
  if (kept !== undefined) return kept
  const refusal = refusedLately(ports, name) ?? (await joined(ports, name, () => make(ports, asset, recipe)))
  if (refusal !== undefined) return { refusal }
  const made = await ports.keptPictures.open(name)
  if (made === undefined) throw unavailable(new Error(`${name} went as soon as it was made`))
  return made
}

function joined(
  { derivations: { underWay, turns } }: DerivativePorts,
  name: string,
  begin: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const begun = underWay.get(name)
  if (begun !== undefined) return begun
  if (underWay.size >= MAX_UNDER_WAY)
    throw unavailable(new Error(`${MAX_UNDER_WAY} pictures are being made`), BUSY_RETRY_SECONDS)
  const work = turns.take(begin).finally(() => underWay.delete(name))
  underWay.set(name, work)
  return work
}

async function make(ports: DerivativePorts, asset: ReadyAsset, recipe: Recipe): Promise<string | undefined> {
  // Whoever made it may have come to the end between the look and this turn.
  const kept = await ports.keptPictures.open(nameOf(asset, recipe))
  if (kept !== undefined) {
    kept.bytes.destroy()
    return undefined
  }
  const refusal = await attempt(ports, asset, recipe).catch(async error => {
    await mustBeThere(ports, asset)
    throw error
  })
  // A deletion removes the row first and what was made of it then: one of the two finds this picture.
  await mustBeThere(ports, asset)
  if (refusal !== undefined) remember(ports, nameOf(asset, recipe), refusal)
  return refusal
}

async function attempt(
  ports: DerivativePorts,
  asset: ReadyAsset,
  recipe: Recipe,
): Promise<string | undefined> {
  // Asked first, because a bucket's video would have to be fetched for nothing.
  if (asset.contentType.startsWith('video/') && !(await ports.pictures.takesPosters()))
    return 'is a video, and there is nothing here that takes a frame out of it'
  const { contentType, media } = asset
  const durationSeconds = media?.durationSeconds ?? null
  return ports.blobs.withFile(asset.blobKey, path =>
    ports.keptPictures.keep(nameOf(asset, recipe), draft =>
      ports.pictures.derive({ contentType, path, durationSeconds }, recipe, draft),
    ),
  )
}

async function mustBeThere(ports: DerivativePorts, { mediaToken, blobKey }: ReadyAsset): Promise<void> {
  if ((await ports.assets.findReady(mediaToken)) !== undefined) return
  await ports.keptPictures.removeOf(blobKey)
  throw notFound('media')
}

function refusedLately({ derivations: { refused }, clock }: DerivativePorts, name: string) {
  const found = refused.get(name)
  return found !== undefined && found.until > clock.now() ? found.reason : undefined
}

function remember({ derivations: { refused }, clock }: DerivativePorts, name: string, reason: string): void {
  refused.delete(name) // the newest stands last
  refused.set(name, { reason, until: clock.now() + REFUSED_MS })
  const [oldest] = refused.keys()
  if (refused.size > MAX_REFUSED && oldest !== undefined) refused.delete(oldest)
}
