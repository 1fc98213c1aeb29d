// The rows as SQL has them: snake_case, JSON as text, times as unix milliseconds.
import type { Generated } from 'kysely'

export interface Tables {
  workspaces: {
    ordinal: Generated<number>
    id: string
    name: string
    media_access: Generated<string>
    quota_bytes: number | null
    mode: Generated<string>
    /** The live workspace that this one is there to test. */
    test_of: string | null
    created_at: number
  }
  keys: {
    ordinal: Generated<number>
    id: string
    workspace_id: string
    name: string
    mode: Generated<string>
    /** A JSON array. */
    scopes: Generated<string>
    prefix: string
    hash: string
    created_at: number
    expires_at: number | null
    revoked_at: number | null
    last_used_at: number | null
    /** The key that rotation put in its place. */
    replaced_by: string | null
  }
  assets: {
    ordinal: Generated<number>
    id: string
    workspace_id: string
    media_token: string
    status: string
    name: string | null
    /** The name as it is searched: NFC, lower case. */
    name_folded: string | null
    folder: string
    metadata: string
    uploaded_via: string
    declared_type: string | null
    declared_size: number | null
    declared_sha256: string | null
    project_id: string | null
    /** What the bytes are; before they are known what was declared. */
    content_type: string
    size_bytes: number | null
    sha256: string | null
    width: number | null
    height: number | null
    media: string | null
    failure_code: string | null
    failure_message: string | null
    blob_key: string | null
    attempt: number
    version: number
    retention: Generated<string>
    delete_after: number | null
    created_by_key: string
    created_at: number
    ready_at: number | null
  }
  attempts: {
    asset_id: string
    n: number
    state: string
    transport: string | null
    ticket_kid: string
    signed_at: number
    expires_at: number
    max_bytes: number
    quarantine_key: string
    /** Where the bytes lie that have arrived so far, and how many are sure; null while none are kept. */
    partial_key: string | null
    partial_bytes: number | null
    /** How many there will be, once that is said. */
    total_bytes: number | null
    /** Where the whole bytes lie; null until there are any. */
    received_key: string | null
    received_bytes: number | null
    received_sha256: string | null
    sniffed_type: string | null
    /** The object of the form that the whole bytes are, or are newer than. */
    form_object: string | null
    verdict: string | null
    scripted_fault: string | null
    fence: number
    first_byte_at: number | null
    last_byte_at: number | null
    closed_by: string | null
    lease_until: number | null
    lease_owner: string | null
  }
  projects: {
    ordinal: Generated<number>
    id: string
    workspace_id: string
    name: string
    name_folded: string
    created_at: number
    last_modified: number
  }
  nodes: {
    ordinal: Generated<number>
    id: string
    project_id: string
    asset_id: string | null
    type: string
    label: string | null
    width: number | null
    height: number | null
    actor_key_id: string
    created_at: number
  }
  events: {
    ordinal: Generated<number>
    id: string
    workspace_id: string
    seq: number | null
    type: string
    asset_id: string | null
    attempt: number | null
    actor_key_id: string | null
    data: string
    at: number
  }
  webhooks: {
    ordinal: Generated<number>
    id: string
    workspace_id: string
    url: string
    /** A JSON array; null for all. */
    types: string | null
    /** Sealed. */
    secret: string
    old_secret: string | null
    old_secret_until: number | null
    created_by_key: string
    created_at: number
    sent_seq: number
    next_at: number
    tries: number
    failing_since: number | null
    disabled_at: number | null
    disabled_reason: string | null
    lease_until: number | null
    lease_owner: string | null
  }
  deliveries: {
    ordinal: Generated<number>
    id: string
    webhook_id: string
    event_id: string
    seq: number
    type: string
    state: string
    tries: number
    first_at: number
    last_at: number
    next_at: number | null
    status: number | null
    error: string | null
  }
  requests: {
    key_id: string
    method: string
    path: string
    key: string
    fingerprint: string
    state: string
    status: number
    /** Code, message and fields of a refusal; null for an answer that is made from its subject. */
    refusal: string | null
    request_id: string
    subject_id: string | null
    attempt: number | null
    at: number
  }
  jobs: {
    ordinal: Generated<number>
    id: string
    kind: string
    subject: string
    payload: string
    run_at: number
    tries: number
    lease_until: number | null
    lease_owner: string | null
  }
  servers: {
    id: string
    store: string
    started_at: number
    alive_until: number
  }
  secrets: {
    kid: string
    purpose: string
    sealed: string
    created_at: number
    retired_at: number | null
  }
  counters: {
    workspace_id: string
    assets: number
    bytes: number
    open_attempts: Generated<number>
    received_bytes: Generated<number>
  }
}
