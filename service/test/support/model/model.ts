// The small model: what each asset of one tenant must be, as far as its answers have said.
import { createHash } from 'node:crypto'
import type { AttemptState } from '../../../src/assets/attempt.ts'
import type { Upload } from '../../../src/assets/ports.ts'
import type { Ticket } from '../../../src/assets/ticket.ts'
import type { Actor } from '../../../src/ground/actor.ts'

/** What can be seen of an asset. */
export interface Seen {
  status: 'pending_upload' | 'ready' | 'failed'
  attempt: number
  state: AttemptState
  /** Of the bytes received by the current attempt, or served. */
  sha256: string | null
  sizeBytes: number | null
}

export interface ModelAsset extends Seen {
  id: string
  expiresAt: number
  /** The newest last. */
  tickets: Ticket[]
  /** Nodes that were answered. */
  nodeIds: string[]
  /** A crash may have left an upload's hold, which the sweep respects until then. */
  perhapsHeldUntil: number
}

export interface Model {
  actor: Actor
  projectId: string
  now: number
  /** SHA-256 of uploaded bytes that no gate admits. */
  faulty: Set<string>
  /** In the order in which they were made. */
  assets: ModelAsset[]
}

/** What the real one shows. */
export function seen({ asset, attempt }: Upload): Seen {
  const bytes = asset.status === 'ready' ? asset : attempt.state === 'received' ? attempt.received : null
  return {
    status: asset.status,
    attempt: asset.attempt,
    state: attempt.state,
    sha256: bytes?.sha256 ?? null,
    sizeBytes: bytes?.sizeBytes ?? null,
  }
}

export const seenOf = ({ status, attempt, state, sha256, sizeBytes }: Seen): Seen => ({
  status,
  attempt,
  state,
  sha256,
  sizeBytes,
})

export const modelOf = (upload: Upload): ModelAsset => ({
  ...seen(upload),
  id: upload.asset.id,
  expiresAt: upload.attempt.expiresAt,
  tickets: [ticketOf(upload)],
  nodeIds: [],
  perhapsHeldUntil: 0,
})

export const ticketOf = ({ asset, attempt }: Upload): Ticket => ({
  assetId: asset.id,
  attempt: attempt.n,
  maxBytes: attempt.maxBytes,
  expiresAt: attempt.expiresAt,
})

export const shaOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export const isAlive = ({ state }: Seen): boolean => state === 'open' || state === 'received'

/** Whether an upload may begin. */
export const takesBytes = (asset: ModelAsset, now: number): boolean => isAlive(asset) && now < asset.expiresAt
