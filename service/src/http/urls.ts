// Every URL this installation gives out.
import type { Asset } from '../assets/asset.ts'
import type { Attempt } from '../assets/attempt.ts'
import { ticketFor } from '../assets/ticket.ts'
import type { SigningKey } from '../ground/secrets.ts'

export interface Urls {
  /** The API's base, as FLORA's clients want it: it ends in /api/v1. */
  api(): string
  docs(): string
  /** What people open; ends in a slash. */
  page(): string
  /** Final from the start; answers once the asset is ready. */
  media(asset: Pick<Asset, 'mediaToken' | 'name'>): string
  /** Where the attempt's bytes go. */
  upload(attempt: Attempt): string
  /** The same, for a ticket that was read before. */
  door(ticket: string): string
  canvas(projectId: string): string
}

/** `publicUrl` is asked late: with port 0 it is known only once the server listens. */
export const createUrls = (options: {
  publicUrl: () => string
  mediaUrl: () => string
  ticketKey: SigningKey
}): Urls => {
  const door = (ticket: string) => `${options.publicUrl()}/uploads/${ticket}`
  return {
    api: () => `${options.publicUrl()}/api/v1`,
    docs: () => `${options.publicUrl()}/docs`,
    page: () => `${options.publicUrl()}/`,
    media: asset => {
      const name = asset.name === null ? '' : slug(asset.name)
      return `${options.mediaUrl()}/media/${asset.mediaToken}${name === '' ? '' : `/${name}`}`
    },
    upload: attempt => door(ticketFor(options.ticketKey, attempt)),
    door,
    canvas: projectId => `${options.publicUrl()}/projects/${projectId}`,
  }
}

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
