// How long caches may keep bytes that never change.

export const cacheControl = (seconds: number): string =>
  seconds > 0 ? `public, max-age=${seconds}, immutable` : 'no-cache'
