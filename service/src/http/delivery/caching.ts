// For how long the answers at a media URL may be kept, and by whom.
import { cacheControl } from '../../ground/cache-control.ts'

export interface Caching {
  /** Whether caches that many people share may keep them, too. */
  isPublic: boolean
  seconds: number
  /** After so many seconds the URL answers nobody any more; Infinity where it always will. */
  urlSeconds: number
}

export const publicCaching = (seconds: number): Caching => ({ isPublic: true, seconds, urlSeconds: Infinity })

/** What is kept must not outlive the URL that it was had by. */
export const privateCaching = (seconds: number, urlSeconds: number): Caching => ({
  isPublic: false,
  seconds: Math.min(seconds, urlSeconds),
  urlSeconds,
})

/** Of bytes that never change. */
export const cacheControlOf = (caching: Caching): string =>
  caching.isPublic ? cacheControl(caching.seconds) : cacheControlFor(caching, caching.seconds)

/** Of what may give way to something else after so many seconds. */
export function cacheControlFor({ isPublic, seconds }: Caching, maxSeconds: number): string {
  const kept = Math.min(seconds, maxSeconds)
  if (isPublic) return kept > 0 ? `public, max-age=${kept}` : 'no-cache'
  return kept > 0 ? `private, max-age=${kept}` : 'private, no-cache'
}
