// Random names by the million: bytes are drawn from the system many at a time.
import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 64 * 1024

export interface Chance {
  /** So many random bytes, in hex. */
  hex(bytes: number): string
  /** 128 random bits in base64url. */
  token(): string
}

export function createChance(): Chance {
  const pool = Buffer.alloc(POOL_BYTES)
  let used = POOL_BYTES
  const take = (bytes: number): number => {
    if (used + bytes > POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    used += bytes
    return used
  }
  return {
    hex: bytes => {
      const end = take(bytes)
      return pool.toString('hex', end - bytes, end)
    },
    token: () => {
      const end = take(16)
      return pool.toString('base64url', end - 16, end)
    },
  }
}
