// The signing keys of one master secret, as an installation has them that never rotated.
import { systemClock } from '../../src/ground/clock.ts'
import { createKeyring, type Keyring } from '../../src/ground/keyring.ts'
import { derivedKey, type Purpose, type SigningKey } from '../../src/ground/secrets.ts'

/** A ring with nothing else on it. */
export const ringOf = (...keys: SigningKey[]): Keyring =>
  createKeyring(
    keys.map((key, n) => ({ ...key, signsFrom: -n, endsAt: Number.POSITIVE_INFINITY })),
    { clock: systemClock },
  )

export const ringOfMaster = (master: string, purpose: Purpose): Keyring => ringOf(derivedKey(master, purpose))
