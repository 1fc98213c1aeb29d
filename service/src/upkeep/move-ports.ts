// What moving an installation asks of the place it leaves and of the places it goes to.
import type { AssetRecords } from '../assets/ports.ts'
import type { BlobStore, NamedRows, Progress } from './ports.ts'

/** Rows of one table, as its columns have them; the next page's come after these. */
export interface RowPage {
  table: string
  rows: Record<string, unknown>[]
}

/** All rows of an installation. */
export interface AllRows {
  /** Those that others refer to come first. */
  pages(): AsyncIterable<RowPage>
  count(): Promise<number>
  /** The highest ordinal that each table ever gave away, also to rows that are gone. */
  ordinals(): Promise<Map<string, number>>
}

/** The rows of the installation that moves. */
export interface MovingRows extends NamedRows, AllRows {
  assets: AssetRecords
  /** Names the installation for as long as it lives; undefined where none has begun. */
  identity(): Promise<string | undefined>
  /** Takes out bytes that had arrived in part, and what they weighed. */
  leavePartialBytes(): Promise<void>
}

/** A database that an installation's rows move to. */
export interface RowTarget {
  /**
   * From now on no server starts there. Answers whether all rows of this source have come already; throws a Fault for
   * a database that has anything else's.
   */
  claim(source: string): Promise<'begun' | 'whole'>
  /**
   * Takes all rows, or none, and says with them that they are whole: servers may start. Answers how many came.
   * `leavesPartialBytes` where those stay behind.
   */
  take(
    source: string,
    rows: AllRows,
    options: { leavesPartialBytes: boolean; onProgress?: Progress },
  ): Promise<number>
}

/** A mark in a store that has not all of its bytes yet: no server starts there. */
export interface MoveMark {
  /** Which installation they come from; undefined without a mark. */
  find(): Promise<string | undefined>
  put(source: string): Promise<void>
  remove(): Promise<void>
}

/** A store that an installation's bytes move to. */
export interface ByteTarget {
  blobs: BlobStore
  mark: MoveMark
}

/** Where an installation has gone, in words; undefined for what stayed. */
export interface Places {
  rows: string | undefined
  bytes: string | undefined
}

/** A note in the place an installation leaves: with it, no server starts on what has moved. */
export interface Farewell {
  find(): Promise<Places | undefined>
  write(places: Places): Promise<void>
}

/** Shows how far a piece of work is. */
export type Watch = <T>(label: string, work: (onProgress: Progress) => Promise<T>) => Promise<T>
