// Every URL this installation gives out.
import type { Asset } from '../assets/asset.ts'
import type { Attempt } from '../assets/attempt.ts'
import { signedQuery } from '../assets/media-signature.ts'
import { ticketFor } from '../assets/ticket.ts'
import type { Caller } from '../ground/actor.ts'
import type { Clock } from '../ground/clock.ts'
import type { SigningKeys } from '../ground/keyring.ts'

type Located = Pick<Asset, 'mediaToken' | 'name'>

export interface MediaUrls {
  /** Final from the start; answers once the asset is ready. */
  media(asset: Located): string
}

export interface Urls extends MediaUrls {
  /** The API's base, as FLORA's clients want it: it ends in /api/v1. */
  api(): string
  docs(): string
  /** What people open; ends in a slash. */
  page(): string
  /** A media URL that is good until then, in unix seconds, where media are private. */
  signed(asset: Located, expires: number): string
  /** Media URLs as this caller is to have them: where its media are private they are signed, for an hour at least. */
  for(caller: Pick<Caller, 'mediaAccess'>): MediaUrls
  /** Where the attempt's bytes go: by the key it was made with, or by the current one where that has ended. */
  upload(attempt: Attempt): string
  /** The same, for a ticket that was read before. */
  door(ticket: string): string
  canvas(projectId: string): string
}

const SIGNED_SECONDS = 3600
/** The same URL is given for so long, that caches may know it again. */
const SAME_SECONDS = 900

/** `publicUrl` is asked late: with port 0 it is known only once the server listens. */
export const createUrls = (options: {
  publicUrl: () => string
  mediaUrl: () => string
  signing: Pick<SigningKeys, 'tickets' | 'media'>
  clock: Pick<Clock, 'now'>
}): Urls => {
  const { tickets } = options.signing
  const door = (ticket: string) => `${options.publicUrl()}/uploads/${ticket}`
  const media = ({ mediaToken, name }: Located) => {
    const decoration = name === null ? '' : slug(name)
    return `${options.mediaUrl()}/media/${mediaToken}${decoration === '' ? '' : `/${decoration}`}`
  }
  const signed = (asset: Located, expires: number) =>
    `${media(asset)}?${signedQuery(options.signing.media.current(), asset.mediaToken, expires)}`
  const plainly = { media }
  return {
    api: () => `${options.publicUrl()}/api/v1`,
    docs: () => `${options.publicUrl()}/docs`,
    page: () => `${options.publicUrl()}/`,
    media,
    signed,
    for: ({ mediaAccess }) => {
      if (mediaAccess === 'public') return plainly
      const expires = endOf(options.clock.now())
      return { media: asset => signed(asset, expires) }
    },
    upload: attempt => door(ticketFor(tickets.find(attempt.ticketKid) ?? tickets.current(), attempt)),
    door,
    canvas: projectId => `${options.publicUrl()}/projects/${projectId}`,
  }
}

/** In unix seconds, from unix milliseconds. */
const endOf = (now: number): number => Math.ceil((now / 1000 + SIGNED_SECONDS) / SAME_SECONDS) * SAME_SECONDS

/** A name as decoration: what needs no escape in any URL, shell or header. */
const slug = (name: string): string => (IS_SLUG.test(name) ? name : slugOf(name))

/** Most names are. */
const IS_SLUG = /^\w(?:[\w.-]{0,98}\w)?$/

const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(-100)
