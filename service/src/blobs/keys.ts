// The names that bytes have, in a folder as in a bucket.
import path from 'node:path'

export const KEY = /^(quarantine\/[\w-]+\.\d+|media\/[0-9a-f]{2}\/[0-9a-f]{32})$/
export const UNFINISHED_KEY = /^incoming\/([\w-]+\.\d+|[0-9a-f]{32})$/

export const isOurs = (key: string): boolean => KEY.test(key) || UNFINISHED_KEY.test(key)

/** Where a write lies that is to have this key. */
export const unfinishedOf = (key: string): string => `incoming/${path.basename(key)}`

/** The key that an unfinished write is to have. */
export function finishedOf(unfinishedKey: string): string {
  const name = path.basename(unfinishedKey)
  return name.includes('.') ? `quarantine/${name}` : `media/${name.slice(0, 2)}/${name}`
}
