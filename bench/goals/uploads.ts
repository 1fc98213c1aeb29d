// Uploads of three sizes, beside what Node does by itself and beside what a user would pick instead.
import { type Herbarium, startHerbarium } from '../contestants/herbarium.ts'
import type { Contestant } from '../contestants/start.ts'
import { placeOf } from '../contestants/stored.ts'
import { BARE_PUT, FASTIFY_MULTIPART, RIVALS, type Uploader } from '../contestants/uploaders.ts'
import { askOk } from '../load/connection.ts'
import { inTurns, type Rounds, ratioOf, type Turn } from '../load/in-turns.ts'
import { type MediaFile, png, wav } from '../load/media.ts'
import { alongside } from './alongside.ts'
import { besideElsewhere, SUPABASE } from './elsewhere.ts'
import { emptyFolder } from './empty-folder.ts'
import { type Aim, atLeast, atMost, type Effort, type Goal, noAim, SYNCED } from './goal.ts'
import { bytesOf, inBytes, secondsPerGigabyte } from './in-words.ts'
import { reservedUploads } from './prepared.ts'

const MIB = 1024 * 1024

interface Files {
  bytes: number
  fileOf: (bytes: number) => MediaFile
  concurrency: number
  /** Files for each second of the measurement. */
  aSecond: number
}

interface Size extends Files {
  called: string
}

/** Large files by few clients, small ones by many. */
export const paceOf = (bytes: number): Pick<Files, 'concurrency' | 'aSecond'> => {
  if (bytes >= 16 * MIB) return { concurrency: 8, aSecond: 8 }
  return bytes >= MIB / 2 ? { concurrency: 8, aSecond: 130 } : { concurrency: 64, aSecond: 1000 }
}

const sizeOf = (called: string, bytes: number, fileOf = wav): Size => ({
  called,
  bytes,
  fileOf,
  ...paceOf(bytes),
})

const LARGE = sizeOf('64 MiB', 64 * MIB)
const MIDDLE = sizeOf('1 MiB', MIB)
const SMALL = sizeOf('16 KiB', 16_384)
const PICTURE = sizeOf('PNG of 16 KiB', 16_384, png)

export async function measureUploads(effort: Effort): Promise<Goal[]> {
  const streaming = RIVALS.filter(rival => !rival.holdsFiles)
  const large = await measureSize(effort, LARGE, streaming)
  const middle = await measureSize(effort, MIDDLE, RIVALS)
  const small = await measureSize(effort, SMALL, RIVALS)
  const picture = await measureSize(effort, PICTURE, [])
  const largeGoal = besideFloor(large, LARGE, atLeast(0.6, 0.7))
  return [
    largeGoal,
    cpuBesideFloor(large, LARGE, 1.4),
    besideRival(large, LARGE, FASTIFY_MULTIPART, { unit: '×', target: { goal: 0.95, better: 'more' } }),
    besideElsewhere(largeGoal, { ...SUPABASE.upload, figure: 'upload 64 MiB, c8 / Supabase', goal: 2 }),
    ...streaming.filter(rival => rival !== FASTIFY_MULTIPART).map(rival => besideRival(large, LARGE, rival)),
    besideFloor(middle, MIDDLE, atLeast(0.5, 0.6)),
    cpuBesideFloor(middle, MIDDLE, 1.5),
    ...RIVALS.map(rival => besideRival(middle, MIDDLE, rival)),
    besideFloor(small, SMALL, atLeast(0.8, 1)),
    ...RIVALS.map(rival => besideRival(small, SMALL, rival)),
    besideFloor(picture, PICTURE, noAim()),
  ]
}

/** An installation of its own for each size, so that none finds the disk fuller than another. */
const measureSize = (effort: Effort, size: Size, rivals: Uploader[]): Promise<Rounds> =>
  alongside([startHerbarium], async ([herbarium]) => {
    const others = [BARE_PUT, ...rivals]
    return alongside(
      others.map(({ start }) => start),
      contestants =>
        inTurns(effort.rounds, [
          receiving(herbarium, effort, size),
          ...others.flatMap((uploader, n) => {
            const contestant = contestants[n]
            return contestant === undefined ? [] : [storing(uploader, contestant, { effort, size })]
          }),
        ]),
    )
  })

const loadOf = ({ origin }: Contestant, { seconds }: Effort, { concurrency, aSecond }: Files) => ({
  origin,
  concurrency,
  count: Math.ceil(seconds * aSecond),
  seconds: Number.POSITIVE_INFINITY,
})

/** Reserved before the clock starts. */
export function receiving(herbarium: Herbarium, effort: Effort, size: Files): Turn {
  const load = loadOf(herbarium, effort, size)
  return {
    name: 'herbarium',
    pid: herbarium.pid,
    load,
    prepare: async () => {
      const uploads = await reservedUploads(herbarium, load.count, () => size.fileOf(size.bytes))
      return async (connection, n) => {
        const upload = uploads[n]
        if (upload !== undefined) await herbarium.upload(connection, upload.reserved, upload.file)
      }
    },
    // As the others' files: else each round of ours would be written to memory that nobody has used before, and a virtual
    // machine has to ask its host for that, page by page.
    cleanUp: () => emptyFolder(placeOf(herbarium, 'quarantine')),
  }
}

const storing = (
  { name, callOf }: Pick<Uploader, 'name' | 'callOf'>,
  contestant: Contestant,
  { effort, size }: { effort: Effort; size: Files },
): Turn => ({
  name,
  pid: contestant.pid,
  load: loadOf(contestant, effort, size),
  prepare: () => connection => askOk(connection, callOf(size.fileOf(size.bytes))),
  cleanUp: () => emptyFolder(contestant.folder),
})

const besideFloor = (found: Rounds, { called, bytes, concurrency }: Size, aim: Aim) => ({
  figure: `upload ${called}, c${concurrency} / bare PUT`,
  measured: ratioOf(found, ['herbarium', BARE_PUT.name]),
  ...aim,
  seen: inBytes(new Map([...found].slice(0, 2)), bytes),
  synced: SYNCED.ours,
})

const cpuBesideFloor = (found: Rounds, { called, bytes, concurrency }: Size, goal: number): Goal => ({
  figure: `CPU of upload ${called}, c${concurrency} / bare PUT`,
  measured: ratioOf(found, ['herbarium', BARE_PUT.name], secondsPerGigabyte(bytes)),
  ...atMost('×', goal),
  seen: 'as above',
  synced: SYNCED.ours,
})

const besideRival = (
  found: Rounds,
  { called, bytes, concurrency }: Size,
  { name }: Uploader,
  aim: Aim = noAim(),
): Goal => ({
  figure: `upload ${called}, c${concurrency} / ${name}`,
  measured: ratioOf(found, ['herbarium', name]),
  ...aim,
  seen: bytesOf(found, name, bytes),
  synced: SYNCED.ours,
})
