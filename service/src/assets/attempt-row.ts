// The row of an attempt, as the upload that holds it writes it.
import {
  type Attempt,
  type ClosedBy,
  kept,
  LEASE_MS,
  type PartialBytes,
  released,
  renewed,
} from './attempt.ts'
import { type LiveUpload, overtaken } from './claim.ts'
import type { Ports } from './ports.ts'

type RowPorts = Pick<Ports, 'assets' | 'clock' | 'policy'>
type Held = LiveUpload['attempt']

export interface AttemptRow {
  attempt(): Held
  /** How many bytes the row speaks of. */
  sureBytes(): number
  /** Whether a write has failed: it may have happened all the same, and the row speak of more. */
  isUnsure(): boolean
  /** Throws `conflict` once another holds the attempt. */
  write(change: (attempt: Held) => Held): Promise<void>
  /** Says that so many bytes are durable; where the connection has ended the hold is given up in the same write. */
  writeKept(partial: PartialBytes, closedBy?: ClosedBy): Promise<void>
  /** The connection was cut short. Never throws: a hold that cannot be given up runs out. */
  release(closedBy: ClosedBy): Promise<void>
  /** To be called as bytes come: keeps the hold while they come slowly. */
  renewInTime(): Promise<void> | undefined
}

const RENEW_AFTER_MS = LEASE_MS / 4

export function createAttemptRow(ports: RowPorts, held: Held): AttemptRow {
  let current = held
  let isUnsure = false
  let cameAt: number | null = null
  const write = async (change: (attempt: Held) => Held) => {
    const after = change(current)
    const saving = ports.assets.save({ attempts: [{ before: current, after }], events: [] })
    const outcome = await saving.catch(error => {
      isUnsure = true
      throw error
    })
    if (outcome !== 'saved') throw overtaken()
    current = after
  }
  return {
    attempt: () => current,
    sureBytes: () => current.partial?.sizeBytes ?? 0,
    isUnsure: () => isUnsure,
    write,
    writeKept: (partial, closedBy) =>
      write(attempt => {
        const after = kept(attempt, partial, { now: ports.clock.now(), ttlMs: ports.policy.ttlMs })
        return closedBy === undefined
          ? after
          : released({ ...after, lastByteAt: cameAt ?? after.lastByteAt }, closedBy)
      }),
    release: closedBy =>
      write(attempt => released({ ...attempt, lastByteAt: cameAt ?? attempt.lastByteAt }, closedBy)).catch(
        () => undefined,
      ),
    renewInTime: () => {
      const now = ports.clock.now()
      cameAt = now
      return isStale(current, now) ? write(attempt => renewed(attempt, now)) : undefined
    },
  }
}

const isStale = ({ lastByteAt }: Attempt, now: number): boolean => now - (lastByteAt ?? now) >= RENEW_AFTER_MS
