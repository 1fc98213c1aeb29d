// What assets ask of rows, bytes and media. Adapters translate their vendors' errors into `unavailable`.
import type { Clock } from '../ground/clock.ts'
import type { Ids } from '../ground/ids.ts'
import type { Page, PageRequest } from '../ground/page.ts'
import type { RequestRecord } from '../ground/request-record.ts'
import type { SaveOutcome } from '../ground/save-outcome.ts'
import type { Asset, AssetStatus, ReadyAsset } from './asset.ts'
import type { AssetEvent } from './asset-event.ts'
import type { Attempt } from './attempt.ts'
import type { PlacedNode } from './placement.ts'

/** An asset and one of its attempts. */
export interface Upload {
  asset: Asset
  attempt: Attempt
}

/** One atomic write: all of it becomes durable, or none. */
export interface AssetChange {
  /** Without `before` the asset is new; with it the row must still have `before`'s version. */
  asset?: { before?: Asset; after: Asset }
  /** Without `before` the attempt is new; with it the row must still have `before`'s state and fence. */
  attempts?: { before?: Attempt; after: Attempt }[]
  node?: PlacedNode | undefined
  events: AssetEvent[]
  /** An idempotency key that this write answers; when it is taken, nothing is written. */
  request?: RequestRecord | undefined
}

export interface AssetFilter {
  workspaceId: string
  /** A substring of the name, whatever its case. */
  query?: string | undefined
  /** Assets on this project's canvas, or bound for it. */
  projectId?: string | undefined
  status?: AssetStatus | undefined
  /** A media type (`image/png`), or all of a kind (`image/`). */
  type?: string | undefined
  folder?: string | undefined
  metadata?: Record<string, string> | undefined
}

/** An asset as a list shows it, with its newest node (of the filter's project, where one is given). */
export interface ListedAsset {
  asset: Asset
  node: { id: string; projectId: string } | undefined
}

export interface AssetRecords {
  find(assetId: string): Promise<Asset | undefined>
  /** The asset and its attempt `n`, or its current one. */
  findUpload(assetId: string, n?: number): Promise<Upload | undefined>
  findReady(mediaToken: string): Promise<ReadyAsset | undefined>
  /** Newest first. */
  list(filter: AssetFilter, page: PageRequest): Promise<Page<ListedAsset>>
  /** How many assets a workspace has, of any state. */
  count(workspaceId: string): Promise<number>
  hasProject(workspaceId: string, projectId: string): Promise<boolean>
  /** Current attempts no upload holds at `now`: open ones expired before `now`, received ones before `abandonedBefore`. */
  findOverdue(times: { now: number; abandonedBefore: number }, limit: number): Promise<Upload[]>
  /** Of these quarantine keys, the ones that an attempt which can still win has received or may be receiving. */
  protectedKeys(keys: string[]): Promise<Set<string>>
  /** One durable write; resolves only when it would survive a loss of power. */
  save(change: AssetChange): Promise<SaveOutcome>
}

/** A file being written. Exactly one of `commit` and `abort` ends it. */
export interface BlobWriter {
  /** Takes the bytes; resolves when more may come. The caller must not change them afterwards. */
  write(bytes: Uint8Array): Promise<void>
  /** Makes all bytes durable under the writer's key; only then do they exist for anyone. */
  commit(): Promise<void>
  /** Leaves nothing behind. Never throws. */
  abort(): Promise<void>
}

/**
 * Bytes by key. A key is `quarantine/…` or `media/…`; a media key is never written twice. A write that was not
 * committed may leave `incoming/…` of the same name.
 */
export interface Blobs {
  create(key: string): Promise<BlobWriter>
  /** Makes the quarantined bytes durable under a fresh media key too; the quarantined ones stay until removed. */
  promote(quarantineKey: string, mediaKey: string): Promise<void>
  /** Bytes `start` to `end`, both included. Throws `unavailable` when they are not there. */
  read(key: string, range: { start: number; end: number }): Promise<AsyncIterable<Uint8Array>>
  /** Lends the bytes as a local file for the time of `use`. */
  withFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T>
  /** Removes the bytes if they are there. */
  remove(key: string): Promise<void>
  /** Pages of the keys in `incoming/` and `quarantine/` that were last touched before `time`. */
  leftovers(time: number): AsyncIterable<string[]>
}

/** What bytes are. */
export interface Media {
  /** The media type that a file's first bytes show, or undefined. */
  sniff(head: Uint8Array): Promise<string | undefined>
  inspect(contentType: string, path: string): Promise<MediaFacts>
}

export interface MediaFacts {
  width: number | null
  height: number | null
  /** Pictures in an animation, 1 for a still one. */
  frames: number | null
  /** The bytes could not be read as what they claim to be. */
  unreadable: boolean
}

/** How uploads are offered here. */
export interface UploadPolicy {
  ttlMs: number
  maxBytes: number
  ticketKid: string
}

export interface Ports {
  assets: AssetRecords
  blobs: Blobs
  media: Media
  clock: Clock
  ids: Ids
  policy: UploadPolicy
}
