// Chance by argument: public ids and unguessable names.
import { randomFillSync } from 'node:crypto'

export type IdPrefix = 'ws' | 'key' | 'prj' | 'asset' | 'node' | 'evt' | 'req' | 'job' | 'whk'

export interface Ids {
  /**
   * A public id: `<prefix>_`, then in hex 48 bits of the time in milliseconds and 48 random ones. What is made together
   * lies together in every index, which keeps a write as cheap among a million rows as among a thousand. Ids name
   * things; they open nothing.
   */
  id(prefix: IdPrefix): string
  /** An unguessable name of 128 random bits in base64url (22 characters). */
  token(): string
  /**
   * The same behind 48 bits of the time (30 characters), for what the rows index: what is made together lies together, as
   * with ids. It tells when it was made, and is no easier to guess.
   */
  datedToken(): string
  /** A secret of 256 random bits in base64url (43 characters). */
  secret(): string
}

export const randomIds: Ids = idsFrom(createRandom())

function idsFrom(random: (bytes: number) => Buffer): Ids {
  return {
    id: prefix => `${prefix}_${dated(random(6)).toString('hex')}`,
    token: () => random(16).toString('base64url'),
    datedToken: () => dated(random(16)).toString('base64url'),
    secret: () => random(32).toString('base64url'),
  }
}

/** Six bytes of the time in milliseconds, then these. */
function dated(bytes: Buffer): Buffer {
  const whole = Buffer.allocUnsafe(6 + bytes.length)
  whole.writeUIntBE(Date.now(), 0, 6)
  bytes.copy(whole, 6)
  return whole
}

/**
 * Random bytes of the system, asked for a block at a time: a request needs half a dozen names, and each call to the
 * system would cost it more than a row. No byte is given twice, and none is kept once it is given.
 */
function createRandom(): (bytes: number) => Buffer {
  const block = Buffer.alloc(4096)
  let used = block.length
  return bytes => {
    if (used + bytes > block.length) {
      randomFillSync(block)
      used = 0
    }
    const given = Buffer.from(block.subarray(used, used + bytes))
    block.fill(0, used, used + bytes)
    used += bytes
    return given
  }
}
