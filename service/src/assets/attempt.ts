// An attempt: one chance to deliver an asset's bytes. Retry closes it and opens the next.

import type { Verdict } from './admit.ts'
import type { MediaFacts } from './media-facts.ts'

/** `bucket` is a form that went straight to the store. */
export type Transport = 'post' | 'put' | 'tus' | 'bucket' | 'direct' | 'url'

/** Who ended a connection: its sender, having sent all or not, or this service, which refused or stopped it. */
export type ClosedBy = 'client' | 'server'

/** Whole bytes in quarantine, as they were counted and hashed on their way in. */
export interface ReceivedBytes {
  /** Where they lie in quarantine. */
  key: string
  sizeBytes: number
  /** In hex. */
  sha256: string
  /** The type the first bytes show; null when they show none. */
  sniffedType: string | null
  /** What the first bytes alone told of the file, where they did; no row keeps it. */
  facts?: MediaFacts
}

/** What has arrived of a resumable upload; so many bytes are durable. */
export interface PartialBytes {
  /** Where they lie, unfinished. */
  key: string
  sizeBytes: number
  /** How many there will be; null while the client has not said. */
  totalBytes: number | null
}

/** Whatever its bytes are, they are found faulty. */
export type ScriptedFault = 'fail-verification'

interface AttemptCore {
  assetId: string
  /** From 1; an asset names its current one. */
  n: number
  /** The key that signed this attempt's ticket, and when. */
  ticketKid: string
  signedAt: number
  /** Unix milliseconds; judged when an upload's first byte arrives. */
  expiresAt: number
  /** The most bytes this attempt may bring. */
  maxBytes: number
  /** Under this name in quarantine its bytes are kept; each upload adds its fence. */
  quarantineKey: string
  transport: Transport | null
  /** Grows with every upload that begins: only the newest may finish. */
  fence: number
  /** While an upload runs it holds the attempt until then; null once it has let go, and its file is closed. */
  leaseUntil: number | null
  /** When the first connection that brought bytes began, and when the last byte came. */
  firstByteAt: number | null
  lastByteAt: number | null
  /** Who ended the last connection; null while it goes on, and where there was none. */
  closedBy: ClosedBy | null
  /** What the form had brought when the received bytes became whole: they are that, or newer. Null where it was nothing. */
  formObject: string | null
  /** What the one gate said of the received bytes, or why there are none; null while nothing is said. */
  verdict: Verdict | null
  /** Null where no resumable upload has begun, or it is whole. */
  partial: PartialBytes | null
  /** What a test key asked to go wrong. */
  scriptedFault: ScriptedFault | null
}

export interface OpenAttempt extends AttemptCore {
  state: 'open'
  received: null
}

export interface ReceivedAttempt extends AttemptCore {
  state: 'received'
  received: ReceivedBytes
}

export interface ClosedAttempt extends AttemptCore {
  state: 'won' | 'failed' | 'expired' | 'superseded' | 'cancelled'
  received: ReceivedBytes | null
}

export type Attempt = OpenAttempt | ReceivedAttempt | ClosedAttempt
export type AttemptState = Attempt['state']

/** While an upload is alive it renews its hold well before this runs out. */
export const LEASE_MS = 60_000

export const isLeased = (attempt: Attempt, now: number): boolean =>
  attempt.leaseUntil !== null && attempt.leaseUntil > now

/** Where the upload that holds this fence puts its bytes: no two uploads ever write to one file. */
export const stagingKey = (attempt: Attempt): string => `${attempt.quarantineKey}.${attempt.fence}`

/** Where the attempt's form puts its bytes; no upload through this service has this fence. */
export const formKey = (attempt: Attempt): string => `${attempt.quarantineKey}.0`

/** A new upload begins on the attempt: older ones can no longer finish. */
export const claimed = <A extends OpenAttempt | ReceivedAttempt>(
  attempt: A,
  upload: { now: number; transport: Transport },
): A => ({
  ...attempt,
  fence: attempt.fence + 1,
  transport: upload.transport,
  leaseUntil: upload.now + LEASE_MS,
  firstByteAt: attempt.firstByteAt ?? upload.now,
  lastByteAt: upload.now,
  closedBy: null,
})

/** The upload goes on: it keeps its hold. */
export const renewed = <A extends Attempt>(attempt: A, now: number): A => ({
  ...attempt,
  leaseUntil: now + LEASE_MS,
  lastByteAt: now,
})

/** A resumable upload begins at its first byte, whatever one before has brought; none has come yet. */
export const begun = <A extends OpenAttempt | ReceivedAttempt>(
  attempt: A,
  upload: { now: number; totalBytes: number | null },
): A => {
  const mine = claimed(attempt, { now: upload.now, transport: 'tus' })
  const partial = { key: stagingKey(mine), sizeBytes: 0, totalBytes: upload.totalBytes }
  const { firstByteAt, lastByteAt } = attempt
  return { ...mine, leaseUntil: null, firstByteAt, lastByteAt, partial }
}

/** More bytes of a resumable upload are durable: it keeps its hold, and gains time. */
export const kept = <A extends Attempt>(
  attempt: A,
  partial: PartialBytes,
  { now, ttlMs }: { now: number; ttlMs: number },
): A => ({
  ...renewed(attempt, now),
  partial,
  expiresAt: Math.max(attempt.expiresAt, now + ttlMs),
})

/** The upload was cut short: what the attempt had received before is as it was. */
export const released = <A extends Attempt>(attempt: A, closedBy: ClosedBy): A => ({
  ...attempt,
  leaseUntil: null,
  closedBy,
})

/** Bytes are whole: the fence grows, so that whoever judges the bytes received before finds itself overtaken. */
export const received = (
  attempt: OpenAttempt | ReceivedAttempt,
  bytes: ReceivedBytes,
  now: number,
): ReceivedAttempt => ({
  ...attempt,
  state: 'received',
  received: bytes,
  partial: null,
  verdict: null,
  fence: attempt.fence + 1,
  leaseUntil: null,
  lastByteAt: now,
  closedBy: 'client',
})

/** The gate has spoken; the bytes are the same as before, and so is the fence. */
export const judged = (attempt: ReceivedAttempt, verdict: Verdict): ReceivedAttempt => ({
  ...attempt,
  verdict,
})

export const closed = (attempt: Attempt, state: ClosedAttempt['state']): ClosedAttempt => ({
  ...attempt,
  state,
  partial: null,
  leaseUntil: null,
})
