// Attempts between the heart and their rows.
import type { Insertable, Selectable } from 'kysely'
import type { Verdict } from '../assets/admit.ts'
import type {
  Attempt,
  AttemptState,
  ClosedBy,
  PartialBytes,
  ReceivedBytes,
  ScriptedFault,
  Transport,
} from '../assets/attempt.ts'
import type { Tables } from './tables.ts'

export type AttemptRow = Selectable<Tables['attempts']>

export function attemptFrom(row: AttemptRow): Attempt {
  const core = {
    assetId: row.asset_id,
    n: row.n,
    ticketKid: row.ticket_kid,
    signedAt: row.signed_at,
    expiresAt: row.expires_at,
    maxBytes: row.max_bytes,
    quarantineKey: row.quarantine_key,
    transport: row.transport as Transport | null,
    fence: row.fence,
    leaseUntil: row.lease_until,
    firstByteAt: row.first_byte_at,
    lastByteAt: row.last_byte_at,
    closedBy: row.closed_by as ClosedBy | null, // written by attemptRow alone
    formObject: row.form_object,
    verdict: row.verdict === null ? null : (JSON.parse(row.verdict) as Verdict), // written by attemptRow alone
    partial: partialFrom(row),
    scriptedFault: row.scripted_fault as ScriptedFault | null, // written by attemptRow alone
  }
  const state = row.state as AttemptState
  const received = receivedFrom(row)
  if (state === 'open') return { ...core, state, received: null }
  if (state !== 'received') return { ...core, state, received }
  if (received === null) throw new Error(`attempt ${row.n} of ${row.asset_id} is received without bytes`)
  return { ...core, state, received }
}

const receivedFrom = (row: AttemptRow): ReceivedBytes | null =>
  row.received_key === null || row.received_bytes === null || row.received_sha256 === null
    ? null
    : {
        key: row.received_key,
        sizeBytes: row.received_bytes,
        sha256: row.received_sha256,
        sniffedType: row.sniffed_type,
      }

const partialFrom = (row: AttemptRow): PartialBytes | null =>
  row.partial_key === null || row.partial_bytes === null
    ? null
    : { key: row.partial_key, sizeBytes: row.partial_bytes, totalBytes: row.total_bytes }

export const attemptRow = (attempt: Attempt): Insertable<Tables['attempts']> => ({
  asset_id: attempt.assetId,
  n: attempt.n,
  state: attempt.state,
  transport: attempt.transport,
  ticket_kid: attempt.ticketKid,
  signed_at: attempt.signedAt,
  expires_at: attempt.expiresAt,
  max_bytes: attempt.maxBytes,
  quarantine_key: attempt.quarantineKey,
  partial_key: attempt.partial?.key ?? null,
  partial_bytes: attempt.partial?.sizeBytes ?? null,
  total_bytes: attempt.partial?.totalBytes ?? null,
  received_key: attempt.received?.key ?? null,
  received_bytes: attempt.received?.sizeBytes ?? null,
  received_sha256: attempt.received?.sha256 ?? null,
  sniffed_type: attempt.received?.sniffedType ?? null,
  form_object: attempt.formObject,
  verdict: attempt.verdict === null ? null : JSON.stringify(attempt.verdict),
  scripted_fault: attempt.scriptedFault,
  fence: attempt.fence,
  first_byte_at: attempt.firstByteAt,
  last_byte_at: attempt.lastByteAt,
  closed_by: attempt.closedBy,
  lease_until: attempt.leaseUntil,
})
