// What an upload can be told, what it tells, and what it stands on.
import type { Api } from './api.ts'
import type { Description } from './description.ts'
import type { Send } from './send.ts'
import type { Store } from './unfinished-uploads.ts'
import type { Reservation } from './wire.ts'

export type UploadPhase = 'reserving' | 'sending' | 'verifying' | 'ready'

export interface Progress {
  /** Falls back only to what the server has. */
  sentBytes: number
  totalBytes: number
  phase: UploadPhase
}

export interface UploadOptions extends Description {
  /**
   * What POST /assets answered, where somebody else has the API key; or how to ask for it, which happens only when no
   * unfinished upload of the same file is remembered.
   */
  reservation?: Reservation | (() => Promise<Reservation>) | undefined
  /** Tells uploads of the same file for different places apart, where `reservation` knows the place. */
  resumeKey?: string | undefined
  /** Default: by size. `direct`, one request, needs an API key and at most 4 MiB. */
  method?: 'direct' | 'form' | 'resumable' | undefined
  onProgress?: ((progress: Progress) => void) | undefined
  /** As soon as an asset awaits its bytes, and again when its instructions were renewed. */
  onReserved?: ((reservation: Reservation) => void) | undefined
  /** Gives up and removes what has been made; aborted with PAUSE it leaves it for a later upload of the same file. */
  signal?: AbortSignal | undefined
  /** Default: the client's. */
  store?: Store | undefined
  /** How long to wait for the verdict on the bytes. Default: 300. */
  timeoutSeconds?: number | undefined
}

/** What an AbortController aborts with to go on later: `controller.abort(PAUSE)`. */
export const PAUSE = 'pause'

export const isCancelled = (signal: AbortSignal | undefined): boolean =>
  signal?.aborted === true && signal.reason !== PAUSE

export interface UploadPorts {
  api: Api
  send: Send
  baseUrl: string
  /** Whether there is an API key, which may do everything in its workspace. */
  hasKey: boolean
  /** Whether there is that or a token; else the reservation must bring one. */
  hasCredential: boolean
  workspaceId(said: string | undefined): Promise<string>
  store: Store | undefined
  /** Fingerprints of the uploads under way. */
  underWay: Set<string>
}

export type Tell = (phase: UploadPhase, sentBytes: number) => void

export const teller =
  (onProgress: UploadOptions['onProgress'], totalBytes: number): Tell =>
  (phase, sentBytes) =>
    onProgress?.({ sentBytes, totalBytes, phase })
