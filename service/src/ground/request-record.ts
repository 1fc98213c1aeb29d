// A request that may be sent twice, remembered in the same write as what it did.
import type { ErrorCode, FieldFault } from './errors.ts'
import type { SaveOutcome } from './save-outcome.ts'

/** A key is remembered this long; after that it may be used for something else. */
export const REQUEST_TTL_MS = 24 * 60 * 60 * 1000

export interface RequestScope {
  keyId: string
  method: string
  path: string
  /** What the client chose, as header Idempotency-Key or body field idempotency_key; of a note what no client can. */
  key: string
}

/** What a request was refused with; nothing of the request itself. */
export interface StoredRefusal {
  code: ErrorCode
  message: string
  fields?: FieldFault[]
  canHeal: boolean
}

export interface RequestRecord extends RequestScope {
  /** SHA-256 of the body's meaning, in hex: the same key with another body is refused. */
  fingerprint: string
  status: number
  requestId: string
  /** What the request was about, and which attempt it answered with; never the answer itself. */
  subjectId: string | null
  attempt: number | null
  /** Null where the request was done. */
  refusal: StoredRefusal | null
  /** Made without a key of the client's: known by its repetition alone, and replaced by any newer one. */
  isNote: boolean
  /**
   * Of a note that a repetition makes: the request-id of the note that was there when it looked, null for none. Only
   * that one is replaced, and a first that began before the repetition does not replace it. Never read back.
   */
  repeats?: { after: string | null } | undefined
  at: number
}

/** What a door knows of a request before the verb has made its subject. */
export type RequestClaim = Omit<RequestRecord, 'subjectId' | 'attempt' | 'refusal'>

/** The claim of a request that was done, to be written with what it did. */
export const answered = (
  claim: RequestClaim | undefined,
  subjectId: string,
  attempt: number | null = null,
): RequestRecord | undefined => claim && { ...claim, subjectId, attempt, refusal: null }

export interface RequestRecords {
  /** The answered request of this scope, if there is one, however long ago. */
  findRequest(scope: RequestScope): Promise<RequestRecord | undefined>
  /** Remembers a request that wrote nothing else; `already_answered` when another of its scope was first. */
  saveRequest(request: RequestRecord): Promise<Exclude<SaveOutcome, 'stale'>>
  /** Forgets up to `limit` of those made at `before` or earlier, the oldest first; answers how many. */
  forgetRequests(before: number, limit: number): Promise<number>
}
