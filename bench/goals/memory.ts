// How much memory many large uploads take at once; they are cut off before they fill the disk.
import { setTimeout as delay } from 'node:timers/promises'
import { type Herbarium, startHerbarium } from '../contestants/herbarium.ts'
import { leftAfter, storedBytes } from '../contestants/stored.ts'
import { openConnection } from '../load/connection.ts'
import { spreadOf } from '../load/in-turns.ts'
import { wav } from '../load/media.ts'
import { residentMiB, watchProcess } from '../load/process-watch.ts'
import { median } from '../load/statistics.ts'
import { alongside } from './alongside.ts'
import { atMost, type Effort, type Goal } from './goal.ts'
import { reservedUploads } from './prepared.ts'

const UPLOADS = 64
const FILE_BYTES = 1024 ** 3
const CUT_AFTER_MS = 8000
/** Each writes several gigabytes. */
const MOST_ROUNDS = 3
const GONE_WITHIN_MS = 20_000

export async function measureMemory({ rounds }: Effort): Promise<Goal[]> {
  const found: CutShort[] = []
  for (let round = 0; round < Math.min(rounds, MOST_ROUNDS); round++)
    found.push(await alongside([startHerbarium], ([herbarium]) => uploadAndCut(herbarium)))
  const gigabytes = median(found.map(({ bytes }) => bytes)) / 1e9
  return [
    {
      figure: 'memory, 64 uploads of 1 GiB at once',
      measured: spreadOf(found.map(({ peakMiB }) => peakMiB)),
      ...atMost('MiB', 200, 150),
      seen: `resident, server and its children; ${median(found.map(({ beforeMiB }) => beforeMiB)).toFixed(0)} MiB before; cut off after ${CUT_AFTER_MS / 1000} s and ${gigabytes.toFixed(1)} GB, which were gone from the disk then`,
      synced: 'ours, as far as they came',
    },
  ]
}

interface CutShort {
  beforeMiB: number
  peakMiB: number
  bytes: number
}

async function uploadAndCut(herbarium: Herbarium): Promise<CutShort> {
  const uploads = await reservedUploads(herbarium, UPLOADS, () => wav(FILE_BYTES))
  const connections = uploads.map(() => openConnection(herbarium.origin))
  const beforeMiB = residentMiB(herbarium.pid)
  const watch = watchProcess(herbarium.pid)
  const ends = uploads.map(async ({ reserved, file }, n) => {
    const connection = connections[n]
    if (connection !== undefined) await herbarium.upload(connection, reserved, file)
  })
  await Promise.race([delay(CUT_AFTER_MS), ...ends]) // one that ends by itself was refused
  const { peakMiB } = watch.stop()
  const bytes = await storedBytes(herbarium, 'incoming')
  for (const connection of connections) connection.close()
  await Promise.allSettled(ends)
  const left = await leftAfter(herbarium, 'incoming', GONE_WITHIN_MS)
  if (left > 0) throw new Error(`${left} uploads that were cut off are still on the disk`)
  return { beforeMiB, peakMiB, bytes }
}
