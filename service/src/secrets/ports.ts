// What rotation asks of the rows.
import type { SaveOutcome } from '../ground/save-outcome.ts'

/** A signing key that a rotation made, or what is known of the end of one that a master gives. Times are Unix milliseconds. */
export interface StoredSecret {
  kid: string
  /** One of `PURPOSES`, or what a later version signs. */
  purpose: string
  /** Empty for a key that a master gives, and once it is forgotten. */
  sealed: string
  /** 0 for a key that a master gives: nobody noted its age. */
  createdAt: number
  /** It verifies until then; null while nothing has taken its place. */
  retiredAt: number | null
}

/** Where a sealed text stands. */
export type SealedPlace =
  | { table: 'secrets'; id: string }
  | { table: 'webhooks'; id: string; column: 'secret' | 'old_secret' }

export interface SealedText {
  place: SealedPlace
  sealed: string
}

export interface SecretRecords {
  /** All, the oldest first. */
  list(): Promise<StoredSecret[]>
  /** In one write: adds the fresh ones, and retires the others. One that has an end keeps it where that is earlier. */
  rotate(change: { fresh: StoredSecret[]; retired: StoredSecret[] }): Promise<void>
  /** The sealed secrets of all webhooks, in pages. */
  ofWebhooks(): AsyncGenerator<SealedText[]>
  /** Writes a text in the place of the same one sealed otherwise; `stale` where another stands there by now. */
  reseal(text: SealedText, sealed: string): Promise<SaveOutcome>
  /** Empties the sealed text of up to `limit` keys that were retired before; answers how many. */
  forget(before: number, limit: number): Promise<number>
}
