// An installation with as many assets in its one workspace as one likes, its server running.
import { rm } from 'node:fs/promises'
import { type Herbarium, startHerbarium } from '../contestants/herbarium.ts'
import { freshFolder } from '../contestants/start.ts'
import { flow } from '../goals/flow.ts'
import { openConnection } from '../load/connection.ts'
import { png, wav } from '../load/media.ts'
import { createChance } from './chance.ts'
import { type AssetRows, rowsLike } from './rows.ts'

/** Where the rows of an installation are, while its server does not run. */
export interface Rows {
  /** What its server must be told. */
  environment: Record<string, string>
  /** The rows of every asset there is. */
  read(folder: string): Promise<AssetRows[]>
  /** Adds all of them and counts them as the service does. */
  add(folder: string, workspaceId: string, assets: Iterable<AssetRows>): Promise<void>
}

/** `count` assets, and the two they are made after. */
export async function startSeeded(rows: Rows, count: number): Promise<Herbarium> {
  const folder = await freshFolder()
  const { environment } = rows
  try {
    const young = await startHerbarium({ folder, environment })
    try {
      await bringPatterns(young)
    } finally {
      await young.stop()
    }
    const patterns = await rows.read(folder)
    await rows.add(folder, young.workspaceId, manyLike(patterns, count))
    const herbarium = await startHerbarium({ folder, environment })
    return { ...herbarium, close: () => herbarium.close().then(() => remove(folder)) }
  } catch (error) {
    await remove(folder)
    throw error
  }
}

const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true })

async function bringPatterns(herbarium: Herbarium): Promise<void> {
  const connection = openConnection(herbarium.origin)
  for (const file of [png(16_384), wav(16_384)]) await flow(herbarium, connection, file)
  connection.close()
}

function* manyLike(patterns: AssetRows[], count: number): Generator<AssetRows> {
  const chance = createChance()
  let seq = patterns.flatMap(({ events }) => events).length // the log goes on without a gap
  for (let n = 0; n < count; n++) {
    const pattern = patterns[n % patterns.length]
    if (pattern === undefined) throw new Error('there is no asset to make others after')
    const rows = rowsLike(pattern, n, chance)
    yield { ...rows, events: rows.events.map(event => ({ ...event, seq: ++seq })) }
  }
}
