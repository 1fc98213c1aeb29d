// What the upkeep of an installation asks of its rows, its bytes and the place they live in.
import type { AssetRecords, Blobs } from '../assets/ports.ts'

/** Bytes that a row names, as they must be. */
export interface NamedBytes {
  assetId: string
  /** The attempt that received them; null for those of a ready asset. */
  attempt: number | null
  key: string
  sizeBytes: number
  /** In hex. */
  sha256: string
}

export interface Totals {
  files: number
  bytes: number
}

/** The rows as they must agree with the bytes. */
export interface NamedRows {
  /** Pages of the bytes of ready assets, oldest first. Assets made or removed meanwhile may or may not be in them. */
  readyBytes(workspaceId?: string): AsyncIterable<NamedBytes[]>
  /** Pages of the whole bytes that attempts have received and may still win with. */
  receivedBytes(): AsyncIterable<NamedBytes[]>
  /** Of all ready assets, or those of one workspace. */
  readyTotals(workspaceId?: string): Promise<Totals>
  /** Of these media keys, the ones that a row names. */
  knownMediaKeys(keys: string[]): Promise<Set<string>>
  /** What is wrong with the rows themselves, a line each; none when they are sound. */
  integrity(): Promise<string[]>
}

export interface UpkeepRecords extends NamedRows {
  /** The latest time that any of the newest rows bears; undefined without rows. */
  newestTime(): Promise<number | undefined>
  /** Jobs that were begun at least so often and are still not done. */
  stubbornJobs(tries: number): Promise<StubbornJob[]>
  /** Where each server has its bytes that is alive at `now`. */
  liveStores(now: number): Promise<string[]>
  /** Writes all rows as they stand at one moment to a file that is not there yet; writers need not wait. */
  snapshot(file: string): Promise<void>
}

export interface StubbornJob {
  id: string
  kind: string
  assetId: string
  tries: number
}

/** A copy of all rows in a file that nobody else has open. */
export interface Snapshot extends NamedRows {
  /** Takes out what a copy cannot keep: bytes that had arrived in part, and servers that are alive. */
  leaveBehind(): Promise<void>
  /** Rows whose bytes went meanwhile: a ready asset is removed, a received attempt expires. */
  forget(gone: NamedBytes[]): Promise<void>
  /** Makes the counters agree with the rows. */
  recount(): Promise<void>
  /** Closes the file, whole and durable. */
  seal(): Promise<void>
  /** Closes the file without a promise. */
  close(): Promise<void>
}

export type Area = 'incoming' | 'quarantine' | 'media'

/** A file that lies in a store. */
export interface StoredFile {
  key: string
  bytes: number
  /** The newest of all its times, in unix milliseconds: also when it got the name it has. */
  touchedAt: number
  /** False for a name that this service never gives. */
  isOurs: boolean
}

/** What lies in a store, whether or not a row names it. */
export interface StoredBytes {
  /** Pages of everything in an area; files that come or go meanwhile may or may not be in them. */
  stored(area: Area): AsyncIterable<StoredFile[]>
  /** Undefined where nothing lies under this key. */
  findStored(key: string): Promise<StoredFile | undefined>
}

export type BlobStore = Blobs & StoredBytes

/** Called as work goes on, in bytes. */
export type Progress = (done: number, total: number) => void

/** A running installation. */
export interface Installation {
  assets: AssetRecords
  upkeep: UpkeepRecords
  blobs: BlobStore
}

/** What a backup says of itself. */
export interface BackupNote {
  format: 1
  /** The version of the program that made it. */
  program: string
  /** ISO 8601, UTC. */
  created_at: string
  assets: number
  bytes: number
  /** Uploads whose bytes had arrived and that nobody had completed. */
  received: number
  /** The SHA-256 that each file beside the blobs has; two while a newer backup takes the place of an older one. */
  files: Record<string, string[]>
}

/** A folder that keeps one backup. */
export interface BackupFolder {
  blobs: BlobStore
  /** Where the rows of the next backup are written; nothing lies there yet. */
  draft: string
  /** Puts the draft and the secret in place, and then says so in the note, so that each moment shows a whole backup. */
  install(note: Omit<BackupNote, 'files'>): Promise<void>
}

/** A backup that is read. */
export interface ReadableBackup {
  note: BackupNote
  blobs: BlobStore
}

/** A data folder that is to be made from a backup; until it is finished no server starts on it. */
export interface RestoreFolder {
  blobs: BlobStore
  /** Copies the rows and the secret; answers what is wrong with them, a line each. */
  takeFiles(): Promise<string[]>
  /** Where the rows are meanwhile. */
  draft: string
  /** Gives the rows their place: from now on this is an installation. */
  finish(): Promise<void>
  /** Removes everything that was made. */
  clear(): Promise<void>
}
