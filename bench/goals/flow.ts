// The whole way of a small file, from reservation to ready, beside one bare request that only writes it.
import { type Herbarium, startHerbarium } from '../contestants/herbarium.ts'
import { startBarePut } from '../contestants/start.ts'
import { BARE_PUT } from '../contestants/uploaders.ts'
import { askOk, type Connection } from '../load/connection.ts'
import { inTurns, type Rounds, ratioOf } from '../load/in-turns.ts'
import { type MediaFile, png, wav } from '../load/media.ts'
import { alongside } from './alongside.ts'
import { besideElsewhere, SUPABASE } from './elsewhere.ts'
import { emptyFolder } from './empty-folder.ts'
import { atLeast, type Effort, type Goal, noAim, SYNCED } from './goal.ts'
import { inWords } from './in-words.ts'

const FILE_BYTES = 16_384

export async function measureFlow(effort: Effort): Promise<Goal[]> {
  const sound = await compare(effort, () => wav(FILE_BYTES))
  const picture = await compare(effort, () => png(FILE_BYTES))
  const goal: Goal = {
    figure: 'reserve, upload and complete a WAV of 16 KiB, c64 / one bare PUT',
    measured: ratioOf(sound, ['herbarium', BARE_PUT.name]),
    ...atLeast(0.45, 0.6),
    seen: inWords(sound),
    synced: SYNCED.ours,
  }
  return [
    goal,
    besideElsewhere(goal, { ...SUPABASE.flow, figure: 'the same / Supabase, sign and upload', goal: 5 }),
    {
      figure: 'reserve, upload and complete a PNG of 16 KiB, c64 / one bare PUT',
      measured: ratioOf(picture, ['herbarium', BARE_PUT.name]),
      ...noAim(),
      seen: inWords(picture),
      synced: SYNCED.ours,
    },
  ]
}

const compare = ({ rounds, seconds }: Effort, fileOf: () => MediaFile): Promise<Rounds> =>
  alongside([startHerbarium, startBarePut], ([herbarium, bare]) => {
    const load = { concurrency: 64, count: Number.POSITIVE_INFINITY, seconds }
    return inTurns(rounds, [
      {
        name: 'herbarium',
        pid: herbarium.pid,
        load: { ...load, origin: herbarium.origin },
        prepare: () => connection => flow(herbarium, connection, fileOf()),
      },
      {
        name: BARE_PUT.name,
        pid: bare.pid,
        load: { ...load, origin: bare.origin },
        prepare: () => connection => askOk(connection, BARE_PUT.callOf(fileOf())),
        cleanUp: () => emptyFolder(bare.folder),
      },
    ])
  })

export async function flow(herbarium: Herbarium, connection: Connection, file: MediaFile) {
  const reserved = await herbarium.reserve(connection, file)
  await herbarium.upload(connection, reserved, file)
  return herbarium.complete(connection, reserved.assetId)
}
