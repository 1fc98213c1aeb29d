// What keys ask of the rows.
import type { Key, OpeningKey } from './key.ts'

export interface KeyRecords {
  insert(key: Key): Promise<void>
  find(keyId: string): Promise<OpeningKey | undefined>
  findByHash(hash: string): Promise<OpeningKey | undefined>
  /** Of one workspace or of all, oldest first. */
  list(workspaceId?: string): Promise<Key[]>
  /** Revokes once: a key that is revoked already keeps its hour. Answers the key, or undefined if there is none. */
  revoke(keyId: string, at: number): Promise<Key | undefined>
}
