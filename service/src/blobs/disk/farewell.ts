// A note in a data folder whose installation has moved away.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Fault } from '../../ground/fault.ts'
import type { Farewell, Places } from '../../upkeep/move-ports.ts'
import { writeDurably } from './durable-file.ts'
import { createSyncFolder } from './folder-sync.ts'
import { ifThere } from './trouble.ts'

/** Its removal makes the folder an installation again: as it was left. */
export const MOVED = 'moved.json'

export const farewellIn = (dataDir: string): Farewell => ({
  find: () => readPlaces(path.join(dataDir, MOVED)),
  write: async ({ rows, bytes }) => {
    const note = Buffer.from(`${JSON.stringify({ rows, bytes }, null, 2)}\n`)
    await writeDurably(path.join(dataDir, MOVED), [note], createSyncFolder())
  },
})

async function readPlaces(file: string): Promise<Places | undefined> {
  let text: string | undefined
  await ifThere(async () => {
    text = await readFile(file, 'utf8')
  })
  if (text === undefined) return undefined
  try {
    return placesOf(JSON.parse(text))
  } catch (cause) {
    throw new Fault(
      [`${file} says that this installation has moved, and cannot be read: remove it if it has not.`],
      {
        cause,
      },
    )
  }
}

function placesOf(note: unknown): Places {
  if (typeof note !== 'object' || note === null) throw new TypeError('not a note')
  return { rows: textOf(note, 'rows'), bytes: textOf(note, 'bytes') }
}

const textOf = (note: object, name: string): string | undefined => {
  const value: unknown = Object.entries(note).find(([key]) => key === name)?.[1]
  return typeof value === 'string' ? value : undefined
}
