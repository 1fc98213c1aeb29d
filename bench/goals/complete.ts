// Complete, beside a bare row that is inserted: for a picture, one that is decoded first.
import { insertPicture, insertRow } from '../contestants/bare-rows-api.ts'
import { type Herbarium, startHerbarium } from '../contestants/herbarium.ts'
import { startBareRows } from '../contestants/start.ts'
import type { Operation } from '../load/drive.ts'
import { inTurns, ratioOf, type Turn } from '../load/in-turns.ts'
import { type MediaFile, png, wav } from '../load/media.ts'
import { alongside } from './alongside.ts'
import { atLeast, type Effort, type Goal, noAim, SYNCED } from './goal.ts'
import { inWords } from './in-words.ts'
import { receivedUploads } from './prepared.ts'

const FILE_BYTES = 16_384
const CONNECTIONS = 64
/** So many wait to be completed for each second of the measurement. */
const A_SECOND = 700

export const measureComplete = (effort: Effort): Promise<Goal[]> =>
  alongside([startHerbarium, startBareRows], async ([herbarium, bare]) => {
    const compare = (fileOf: () => MediaFile, theirs: Operation) =>
      inTurns(effort.rounds, [
        completing(herbarium, effort, fileOf),
        {
          name: 'bare row',
          pid: bare.pid,
          load: { ...effort, origin: bare.origin, concurrency: CONNECTIONS, count: Number.POSITIVE_INFINITY },
          prepare: () => theirs,
        },
      ])
    const sound = await compare(() => wav(FILE_BYTES), insertRow)
    const picture = png(FILE_BYTES)
    const pictures = await compare(
      () => png(FILE_BYTES),
      connection => insertPicture(connection, picture),
    )
    return [
      {
        figure: 'complete, WAV of 16 KiB, c64 / bare row',
        measured: ratioOf(sound, ['herbarium', 'bare row']),
        ...atLeast(0.28, 0.4),
        seen: inWords(sound),
        synced: SYNCED.both,
      },
      {
        figure: 'complete, PNG of 16 KiB, c64 / bare row and decode',
        measured: ratioOf(pictures, ['herbarium', 'bare row']),
        ...noAim(),
        seen: inWords(pictures),
        synced: SYNCED.both,
      },
    ]
  })

/** Each once: reserved and uploaded before the clock starts. */
export function completing(herbarium: Herbarium, { seconds }: Effort, fileOf: () => MediaFile): Turn {
  const count = Math.ceil(seconds * A_SECOND)
  return {
    name: 'herbarium',
    pid: herbarium.pid,
    load: { origin: herbarium.origin, concurrency: CONNECTIONS, count, seconds: Number.POSITIVE_INFINITY },
    prepare: async () => {
      const uploads = await receivedUploads(herbarium, count, fileOf)
      return (connection, n) => herbarium.complete(connection, uploads[n]?.assetId ?? '')
    },
  }
}
