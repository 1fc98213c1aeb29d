// Clients that bring, look at and delete one asset after the other, at a moderate pace, and now and then do it badly.
import { setTimeout as delay } from 'node:timers/promises'
import type { Herbarium } from '../contestants/herbarium.ts'
import { deliver } from '../goals/delivery.ts'
import { type Connection, openConnection } from '../load/connection.ts'
import { type MediaFile, png, wav } from '../load/media.ts'

const KIB = 1024
/** Between two flows of one client. */
const PAUSE_MS = 50
/** One in so many. */
const CUT_EVERY = 100
const GARBAGE_EVERY = 100
const CUT_AFTER_MS = 5
const CUT_BYTES = 32 * KIB * KIB

export interface Counts {
  whole: number
  cut: number
  garbage: number
}

/** Throws when anything is not answered as it should be. */
export async function live(
  herbarium: Herbarium,
  { workers, isOver }: { workers: number; isOver: () => boolean },
): Promise<Counts> {
  const counts: Counts = { whole: 0, cut: 0, garbage: 0 }
  let next = 0
  const client = async () => {
    const connection = openConnection(herbarium.origin)
    while (!isOver()) {
      await liveOnce(herbarium, connection, { n: next++, counts })
      await delay(PAUSE_MS)
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: workers }, client))
  return counts
}

async function liveOnce(
  herbarium: Herbarium,
  connection: Connection,
  { n, counts }: { n: number; counts: Counts },
): Promise<void> {
  if (n % CUT_EVERY === CUT_EVERY / 2) {
    await cutOff(herbarium, connection)
    counts.cut++
  } else if (n % GARBAGE_EVERY === 0) {
    await bringGarbage(herbarium, connection)
    counts.garbage++
  } else {
    await bringWhole(herbarium, connection, fileOf(n))
    counts.whole++
  }
}

/** Mostly small ones. */
function fileOf(n: number): MediaFile {
  if (n % 50 === 1) return wav(16 * KIB * KIB)
  if (n % 10 === 1) return wav(KIB * KIB)
  return n % 2 === 0 ? png(16 * KIB) : wav(64 * KIB)
}

async function bringWhole(herbarium: Herbarium, connection: Connection, file: MediaFile): Promise<void> {
  const reserved = await herbarium.reserve(connection, file)
  await herbarium.upload(connection, reserved, file)
  const { assetId, path } = await herbarium.complete(connection, reserved.assetId)
  await herbarium.get(connection, assetId)
  await deliver(connection, { path, bytes: file.sizeBytes })
  await herbarium.remove(connection, assetId)
}

/** A client that goes away in the middle; that nothing comes of it is seen at the end. */
async function cutOff(herbarium: Herbarium, connection: Connection): Promise<void> {
  const file = wav(CUT_BYTES)
  const reserved = await herbarium.reserve(connection, file)
  const other = openConnection(herbarium.origin)
  const upload = herbarium.upload(other, reserved, file)
  await Promise.race([delay(CUT_AFTER_MS), upload])
  other.close()
  await upload.catch(() => undefined)
  await herbarium.remove(connection, reserved.assetId)
}

async function bringGarbage(herbarium: Herbarium, connection: Connection): Promise<void> {
  const file = garbage()
  const reserved = await herbarium.reserve(connection, file)
  await herbarium.upload(connection, reserved, file)
  await herbarium.completeInVain(connection, reserved.assetId)
  await herbarium.remove(connection, reserved.assetId)
}

/** The head of a picture, and noise where its pixels should be. */
function garbage(): MediaFile {
  const { contentType, name, pieces } = png(16 * KIB)
  const bytes = Buffer.concat(pieces)
  bytes.fill(0x5a, 33)
  return { contentType, name, pieces: [bytes], sizeBytes: bytes.byteLength }
}
