// What assets ask of rows, bytes and media. Adapters translate their vendors' errors into `unavailable`.
import type { MediaAccess } from '../ground/actor.ts'
import type { Clock } from '../ground/clock.ts'
import type { Ids } from '../ground/ids.ts'
import type { Job, Lease } from '../ground/job.ts'
import type { Page, PageRequest } from '../ground/page.ts'
import type { RequestRecord } from '../ground/request-record.ts'
import type { SaveOutcome } from '../ground/save-outcome.ts'
import type { Asset, AssetStatus, AssetSummary, ReadyAsset } from './asset.ts'
import type { AssetEvent } from './asset-event.ts'
import type { Attempt } from './attempt.ts'
import type { Looks } from './look.ts'
import type { MediaFacts } from './media-facts.ts'
import type { PlacedNode } from './placement.ts'
import type { KeptHashes } from './resumable/kept-hashes.ts'
import type { Uploads } from './under-way.ts'

/** An asset and one of its attempts. */
export interface Upload {
  asset: Asset
  attempt: Attempt
}

/** One atomic write: all of it becomes durable, or none. */
export interface AssetChange {
  /** Without `before` the asset is new; with it the row must still have `before`'s version. */
  asset?: { before?: Asset; after: Asset }
  /** Without `before` the attempt is new; with it the row must still have `before`'s state, fence and partial bytes. */
  attempts?: { before?: Attempt; after: Attempt }[]
  /** Removes the asset and its attempts: the row must still have its version, the attempt its state and fence. */
  remove?: Upload
  /** Its asset must be there. */
  node?: PlacedNode | undefined
  events: AssetEvent[]
  /** Work that is to go on after this write, with the lease of whoever begins it at once. */
  job?: { begin: Job; lease: Lease } | undefined
  /** Ends all work about the asset of this id. */
  endJobsOf?: string | undefined
  /** The request that this write answers; when its key is taken, nothing is written. */
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
  asset: AssetSummary
  node: { id: string; projectId: string } | undefined
}

/** What a workspace has and has under way. */
export interface Usage {
  /** Null where there is no quota. */
  quotaBytes: number | null
  /** Bytes of ready assets, and received bytes of attempts that can still win. */
  usedBytes: number
  openAttempts: number
}

/** An asset's past, both oldest first. */
export interface AssetHistory {
  attempts: Attempt[]
  events: AssetEvent[]
}

/** What a media token leads to, in one read. */
export interface FoundMedia {
  asset: ReadyAsset
  /** Of its workspace. */
  mediaAccess: MediaAccess
}

export interface AssetRecords {
  find(assetId: string): Promise<Asset | undefined>
  /** The asset and its attempt `n`, or its current one. */
  findUpload(assetId: string, n?: number): Promise<Upload | undefined>
  /** Its newest `limit` attempts and its newest `limit` events. */
  history(assetId: string, limit: number): Promise<AssetHistory>
  findReady(mediaToken: string): Promise<FoundMedia | undefined>
  /** Newest first. */
  list(filter: AssetFilter, page: PageRequest): Promise<Page<ListedAsset>>
  /** How many assets a workspace has, of any state. */
  count(workspaceId: string): Promise<number>
  usage(workspaceId: string): Promise<Usage>
  hasProject(workspaceId: string, projectId: string): Promise<boolean>
  /** Current attempts no upload holds at `now`: open ones expired before `unusedBefore`, received ones before `abandonedBefore`. */
  findOverdue(
    times: { now: number; unusedBefore: number; abandonedBefore: number },
    limit: number,
  ): Promise<Upload[]>
  /** Assets whose hour to be deleted is `now` or earlier, the earliest first, with their current attempt. */
  findOutlived(now: number, limit: number): Promise<Upload[]>
  /** Of these quarantine keys, the ones that an attempt which can still win has received or may be receiving, its form's among them. */
  protectedKeys(keys: string[]): Promise<Set<string>>
  /** One durable write; resolves only when it would survive a loss of power. */
  save(change: AssetChange): Promise<SaveOutcome>
  /** One write where all of them can be saved, else each by itself; in this order, so that the last is the newest. */
  saveAll(changes: AssetChange[]): Promise<SaveOutcome[]>
}

/** A file being written. Exactly one of `commit`, `close` and `abort` ends it. */
export interface BlobWriter {
  /** Takes the bytes for good: they may be gone, and empty, at once. Resolves when more may come. */
  write(bytes: Uint8Array): Promise<void>
  /** Makes all bytes durable under the writer's key; only then do they exist for anyone. */
  commit(): Promise<void>
  /**
   * Makes the bytes so far durable, unfinished: `saved` finds them, also after a restart. More may follow. Once this
   * has thrown, it and `commit` throw for good: what a failed sync left behind is not known.
   */
  save(): Promise<void>
  /** Leaves what was saved for whoever goes on. Never throws. */
  close(): Promise<void>
  /** Leaves nothing behind. Never throws. */
  abort(): Promise<void>
}

/** The bytes of a write that was saved and not finished. */
export interface SavedBytes {
  read(): AsyncIterable<Uint8Array>
  /** Goes on after them; whatever was written behind them and not saved is dropped. */
  append(): Promise<BlobWriter>
}

/**
 * Bytes by key. A key is `quarantine/…` or `media/…`; a media key is never written twice. A write that was not
 * committed may leave `incoming/…` of the same name.
 */
export interface Blobs {
  create(key: string): Promise<BlobWriter>
  /** Makes bytes that are all there durable under their key; takes them for good, and leaves nothing behind if it throws. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /**
   * The first `sizeBytes` bytes of a write of this key that was saved, or undefined when fewer are there. One that was
   * committed meanwhile is unfinished again.
   */
  saved(key: string, sizeBytes: number): Promise<SavedBytes | undefined>
  /** Makes the quarantined bytes durable under a fresh media key too; the quarantined ones stay until removed. */
  promote(quarantineKey: string, mediaKey: string, as: Published): Promise<void>
  /**
   * Bytes `start` to `end`, both included. Throws `unavailable` when they are not there. For a delivery, which says
   * when its answer is `out`, what is read often may come from memory, and a piece may be overwritten then, or once the
   * third piece after it is asked for: whoever passes them on as they come spares the memory.
   */
  read(
    key: string,
    range: { start: number; end: number },
    delivery?: { out: Promise<void> },
  ): Promise<AsyncIterable<Uint8Array>>
  /** Lends the bytes as a local file for the time of `use`. */
  withFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T>
  /** Removes the bytes if they are there. */
  remove(key: string): Promise<void>
  /** Pages of the keys in `incoming/` and `quarantine/` that were last touched before `time`. */
  leftovers(time: number): AsyncIterable<string[]>
}

/** What published bytes are called, wherever they can be had without this service. */
export interface Published {
  contentType: string
  name: string | null
}

/** A form that brings one file past this service, straight to where it is stored. */
export interface UploadForm {
  url: string
  /** To be sent before the file. */
  fields: Record<string, string>
}

export interface FormTerms {
  /** The quarantine key that the file gets; the form can bring no other. */
  key: string
  contentType: string
  maxBytes: number
  /** Unix milliseconds, both. */
  signedAt: number
  expiresAt: number
}

/** A whole file that a form has brought. */
export interface FormObject {
  key: string
  sizeBytes: number
  /** Another file under the same key has another mark. */
  mark: string
}

/** Uploads that do not pass this service. Whoever has a form can use it again until it expires. */
export interface Forms {
  /** Where all of them go. */
  url: string
  /** The same for the same terms, while the store's credentials are the same. */
  formFor(terms: FormTerms): Promise<UploadForm>
  find(key: string): Promise<FormObject | undefined>
  /** Copies exactly that file to a quarantine key that no form names; false where another has taken its place. */
  take(object: FormObject, key: string): Promise<boolean>
}

/** What bytes are. */
export interface Media {
  /** The media type that a file's first bytes show, or undefined. */
  sniff(head: Uint8Array): Promise<string | undefined>
  /**
   * All there is to know of a file of `contentType` and `sizeBytes`, where its first bytes tell it: undefined for most
   * kinds, which must be looked into.
   */
  glance(contentType: string, head: Uint8Array, sizeBytes: number): Promise<MediaFacts | undefined>
  /**
   * Looks into the whole file, whose first bytes showed `contentType`, one of the types we take. An image with more
   * than `maxPixels`, all frames together, is faulty by its header; none of its pixels is decoded then. Waits its
   * turn. Throws `unavailable` where the file cannot be opened or looked at, which says nothing about its bytes.
   */
  inspect(contentType: string, path: string, limits: { maxPixels: number }): Promise<MediaFacts>
  /** Whether files of this type can be freed of their metadata. */
  canStrip(contentType: string): boolean
  /** The file without EXIF, GPS, XMP, comments and the like: the same pixels, shown the same way up. */
  strippedBytes(contentType: string, path: string): AsyncIterable<Uint8Array>
}

/** Looks for malware. */
export interface Scanner {
  /** Throws `unavailable` while it cannot be asked: bytes that were not scanned are not admitted. */
  scan(path: string): Promise<ScanResult>
}

export type ScanResult =
  | { isClean: true }
  | { isClean: false; code: 'malware_found' | 'too_large'; message: string }

/** Sockets to strangers. */
export interface Remote {
  /** What is wrong with a URL as a source, before anything is asked of it; undefined when nothing is. */
  faultOf(url: string): string | undefined
  /** As `faultOf`, once the URL's host has been looked up as for a fetch; nothing is asked of the host itself. */
  faultOfHost(url: string, options: { timeoutMs: number }): Promise<string | undefined>
  /**
   * The bytes at a URL that anyone may read. Throws `FetchFailure`, also while they are read; bytes that were not
   * read to their end without one are not the file.
   */
  fetch(url: string, options: FetchOptions): Promise<AsyncIterable<Uint8Array>>
}

export interface FetchOptions {
  /** One byte more, after decoding, fails the fetch. */
  maxBytes: number
  /** For everything: lookups, redirects, the last byte. */
  timeoutMs: number
  /** Its abort closes the connection and fails the fetch. */
  signal?: AbortSignal
}

/** Work that outlives its request, or its process. */
export interface Background {
  /** The lease to write with a job that this process begins at once. */
  lease(): Lease
  /** Runs such a job; resolves when this run is over, whatever became of it. */
  runNow(job: Job): Promise<void>
  /** Leaves a job to whoever is free first. */
  add(job: Job): Promise<void>
}

/** How uploads are offered here. */
export interface UploadPolicy {
  ttlMs: number
  maxBytes: number
  /** Of the key that signs tickets now. */
  ticketKid(): string
  /** The most attempts a workspace may have open. */
  maxPending: number
  /** Whether pictures are published without their metadata. */
  stripMetadata: boolean
}

export interface Ports {
  assets: AssetRecords
  blobs: Blobs
  /** Undefined where all bytes come through this service. */
  forms: Forms | undefined
  media: Media
  scanner: Scanner
  /** Looks under way; shared by every verb of this process. */
  looks: Looks
  /** Uploads under way, and hashes of those that pause; shared likewise. */
  uploads: Uploads
  hashes: KeptHashes
  remote: Remote
  background: Background
  clock: Clock
  ids: Ids
  policy: UploadPolicy
}
