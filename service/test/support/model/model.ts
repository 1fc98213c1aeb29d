// The small model: what each asset of one tenant must be, as far as its answers have said.
import { createHash } from 'node:crypto'
import type { Retention } from '../../../src/assets/asset.ts'
import type { AttemptState } from '../../../src/assets/attempt.ts'
import type { Upload } from '../../../src/assets/ports.ts'
import type { Ticket } from '../../../src/assets/ticket.ts'
import type { Maker } from '../../../src/ground/actor.ts'

/** What can be seen of an asset. */
export interface Seen {
  status: 'pending_upload' | 'ready' | 'failed' | 'gone'
  attempt: number
  state: AttemptState
  /** Of the bytes received by the current attempt, or served. */
  sha256: string | null
  sizeBytes: number | null
  /** What has arrived of an upload in parts. */
  partial: { sizeBytes: number; totalBytes: number | null } | null
  retention: Retention
  deleteAfter: number | null
}

/** Of bytes. */
export const NOTHING = { sha256: null, sizeBytes: null, partial: null } as const

/** As an asset is kept of which nothing else was said. */
export const KEPT = { retention: 'standard', deleteAfter: null } as const

/** A deleted asset, for good. */
export const GONE: Seen = { status: 'gone', attempt: 0, state: 'cancelled', ...NOTHING, ...KEPT }

export interface ModelAsset extends Seen {
  id: string
  expiresAt: number
  /** The newest last. */
  tickets: Ticket[]
  /** Whose first bytes have arrived, where some have. */
  file: Buffer | undefined
  /** Nodes that were answered. */
  nodeIds: string[]
  /** A crash may have left an upload's hold, which the sweep respects until then. */
  perhapsHeldUntil: number
}

export interface Model {
  actor: Maker
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
    partial: attempt.partial && {
      sizeBytes: attempt.partial.sizeBytes,
      totalBytes: attempt.partial.totalBytes,
    },
    retention: asset.retention,
    deleteAfter: asset.deleteAfter,
  }
}

export const seenOf = ({
  status,
  attempt,
  state,
  sha256,
  sizeBytes,
  partial,
  retention,
  deleteAfter,
}: Seen): Seen => ({
  status,
  attempt,
  state,
  sha256,
  sizeBytes,
  partial,
  retention,
  deleteAfter,
})

export const modelOf = (upload: Upload): ModelAsset => ({
  ...seen(upload),
  id: upload.asset.id,
  expiresAt: upload.attempt.expiresAt,
  tickets: [ticketOf(upload)],
  file: undefined,
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

/** Where an upload in parts goes on. */
export const offsetIn = ({ partial, sizeBytes }: Seen): number => partial?.sizeBytes ?? sizeBytes ?? 0

/** Whether an upload may begin. */
export const takesBytes = (asset: ModelAsset, now: number): boolean => isAlive(asset) && now < asset.expiresAt

export const thereIn = ({ assets }: Model): ModelAsset[] => assets.filter(({ status }) => status !== 'gone')
