// The row of an attempt, as the upload that holds it writes it.
import { type Attempt, kept, LEASE_MS, type PartialBytes, released, renewed } from './attempt.ts'
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
  /** Says that so many bytes are durable; `letGo` gives the hold up in the same write. */
  writeKept(partial: PartialBytes, options?: { letGo: boolean }): Promise<void>
  /** Keeps the hold while bytes come slowly. */
  renewInTime(): Promise<void> | undefined
}

const RENEW_AFTER_MS = LEASE_MS / 4

export function createAttemptRow(ports: RowPorts, held: Held): AttemptRow {
  let current = held
  let isUnsure = false
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
    writeKept: (partial, { letGo } = { letGo: false }) =>
      write(attempt => {
        const after = kept(attempt, partial, { now: ports.clock.now(), ttlMs: ports.policy.ttlMs })
        return letGo ? released(after) : after
      }),
    renewInTime: () =>
      isStale(current, ports.clock.now()) ? write(attempt => renewed(attempt, ports.clock.now())) : undefined,
  }
}

const isStale = ({ lastByteAt }: Attempt, now: number): boolean => now - (lastByteAt ?? now) >= RENEW_AFTER_MS
