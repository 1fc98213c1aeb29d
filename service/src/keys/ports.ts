// What keys ask of the rows.
import type { Page, PageRequest } from '../ground/page.ts'
import type { Key, OpeningKey } from './key.ts'

/** How rotation ends a key: after a while, or at once. */
export interface Replacement {
  keyId: string
  successor: Key
  ends: { expiresAt: number } | { revokedAt: number }
  /** The time of the change. */
  at: number
}

export interface KeyRecords {
  /** False where there is no such workspace; then nothing is written. */
  insert(key: Key): Promise<boolean>
  find(keyId: string): Promise<OpeningKey | undefined>
  findByHash(hash: string): Promise<OpeningKey | undefined>
  /** Of one workspace or of all, oldest first. */
  list(workspaceId?: string): Promise<Key[]>
  /** As `list`, newest first. */
  page(workspaceId: string | undefined, page: PageRequest): Promise<Page<Key>>
  /** Revokes once: a key that is revoked already keeps its hour. Answers the key, or undefined if there is none. */
  revoke(keyId: string, at: number): Promise<Key | undefined>
  /** One write: the successor is there and the key ends. `stale`, and nothing, unless it was usable and not replaced. */
  replace(replacement: Replacement): Promise<'saved' | 'stale'>
  /** One write: by a key's id, when it was used last. A time that is older than the row's changes nothing. */
  markUsed(uses: ReadonlyMap<string, number>): Promise<void>
}
