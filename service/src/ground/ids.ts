// Chance by argument: public ids and unguessable names.
import { randomBytes } from 'node:crypto'

export type IdPrefix = 'ws' | 'key' | 'prj' | 'asset' | 'node' | 'evt' | 'req' | 'job'

export interface Ids {
  /** A public id, `<prefix>_` and 96 random bits in hex. Ids name things; they open nothing. */
  id(prefix: IdPrefix): string
  /** An unguessable name of 128 random bits in base64url (22 characters). */
  token(): string
  /** A secret of 256 random bits in base64url (43 characters). */
  secret(): string
}

export const randomIds: Ids = {
  id: prefix => `${prefix}_${randomBytes(12).toString('hex')}`,
  token: () => randomBytes(16).toString('base64url'),
  secret: () => randomBytes(32).toString('base64url'),
}
