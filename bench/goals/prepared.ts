// Work that is done before a clock starts: uploads that are reserved, received or ready.
import type { Herbarium, Ready, Reserved } from '../contestants/herbarium.ts'
import type { Connection } from '../load/connection.ts'
import { drive } from '../load/drive.ts'
import type { MediaFile } from '../load/media.ts'
import { flow } from './flow.ts'

const AT_ONCE = 32
const WITHIN_S = 300

async function each<T>(
  herbarium: Herbarium,
  count: number,
  make: (connection: Connection) => Promise<T>,
): Promise<T[]> {
  const made: T[] = []
  const load = { origin: herbarium.origin, concurrency: AT_ONCE, count, seconds: WITHIN_S }
  await drive(load, async connection => made.push(await make(connection)))
  return made
}

export const reservedUploads = (
  herbarium: Herbarium,
  count: number,
  fileOf: () => MediaFile,
): Promise<{ reserved: Reserved; file: MediaFile }[]> =>
  each(herbarium, count, async connection => {
    const file = fileOf()
    return { reserved: await herbarium.reserve(connection, file), file }
  })

export const receivedUploads = (
  herbarium: Herbarium,
  count: number,
  fileOf: () => MediaFile,
): Promise<Reserved[]> =>
  each(herbarium, count, async connection => {
    const file = fileOf()
    const reserved = await herbarium.reserve(connection, file)
    await herbarium.upload(connection, reserved, file)
    return reserved
  })

export const readyAssets = (herbarium: Herbarium, count: number, fileOf: () => MediaFile): Promise<Ready[]> =>
  each(herbarium, count, connection => flow(herbarium, connection, fileOf()))
