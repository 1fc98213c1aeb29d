// The keys of one purpose: one signs, earlier ones verify until what they have signed is over.
import type { Clock } from './clock.ts'
import type { SigningKey } from './secrets.ts'

export interface Keyring {
  /** Signs what is made now. */
  current(): SigningKey
  /** What signed then, so that what is said again has the same text; the current one where that key has ended. */
  at(time: number): SigningKey
  /** Verifies; undefined for a key that is unknown here, or has ended. */
  find(kid: string): SigningKey | undefined
  /** Looks for a key that this process has not met yet; whether `find` may answer otherwise now. */
  learn(kid: string): Promise<boolean>
}

export interface SigningKeys {
  tickets: Keyring
  uploadTokens: Keyring
  cursors: Keyring
  media: Keyring
}

/** Times are Unix milliseconds. */
export interface Life {
  kid: string
  signsFrom: number
  /** It verifies until then; Infinity for one that nobody has retired. */
  endsAt: number
}

export type RingKey = SigningKey & Life

export interface TurningKeyring extends Keyring {
  /** Puts others in the place of the keys there are; one of them has not ended. */
  replace(keys: RingKey[]): void
}

interface RingOptions {
  clock: Pick<Clock, 'now'>
  /** Has `replace` called with what the rows hold by now. */
  reread?: () => Promise<void>
}

/** `keys` as for `replace`. */
export function createKeyring(keys: RingKey[], { clock, reread }: RingOptions): TurningKeyring {
  let newestFirst: RingKey[] = []
  let byKid = new Map<string, RingKey>()
  const replace = (given: RingKey[]) => {
    newestFirst = newestOf(given)
    byKid = new Map(newestFirst.map(key => [key.kid, key]))
  }
  const current = () => signerOf(newestFirst, clock.now()) ?? noKey()
  replace(keys)
  return {
    replace,
    current,
    at: time => signerAt(newestFirst, { time, now: clock.now() }) ?? current(),
    find: kid => {
      const key = byKid.get(kid)
      return key !== undefined && key.endsAt > clock.now() ? key : undefined
    },
    learn: async kid => {
      if (reread === undefined || byKid.has(kid) || !KID.test(kid)) return false
      await reread()
      return byKid.has(kid)
    },
  }
}

export const newestOf = <T extends Life>(keys: T[]): T[] =>
  keys.toSorted((a, b) => b.signsFrom - a.signsFrom || (a.kid < b.kid ? -1 : 1))

/** Which one signs; once all earlier ones have ended, a fresh one waits no longer. */
export const signerOf = <T extends Life>(newestFirst: T[], now: number): T | undefined =>
  signerAt(newestFirst, { time: now, now }) ?? signerAt(newestFirst, { time: Number.POSITIVE_INFINITY, now })

const signerAt = <T extends Life>(
  newestFirst: T[],
  { time, now }: { time: number; now: number },
): T | undefined => newestFirst.find(({ signsFrom, endsAt }) => signsFrom <= time && endsAt > now)

const KID = /^[0-9a-f]{8}$/

const noKey = (): never => {
  throw new Error('all signing keys of a purpose have ended')
}
