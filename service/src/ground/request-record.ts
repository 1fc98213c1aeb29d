// A request that carried an idempotency key, remembered in the same write as what it did.

/** A key is remembered this long; after that it may be used for something else. */
export const REQUEST_TTL_MS = 24 * 60 * 60 * 1000

export interface RequestScope {
  keyId: string
  method: string
  path: string
  /** What the client chose: the header Idempotency-Key or the body field idempotency_key. */
  key: string
}

export interface RequestRecord extends RequestScope {
  /** SHA-256 of the body's meaning, in hex: the same key with another body is refused. */
  fingerprint: string
  status: number
  requestId: string
  /** What the request made, and which attempt it answered with; never the answer itself. */
  subjectId: string | null
  attempt: number | null
  at: number
}

/** What a door knows of a request before the verb has made its subject. */
export type RequestClaim = Omit<RequestRecord, 'subjectId' | 'attempt'>
