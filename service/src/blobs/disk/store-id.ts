// What a folder of bytes is called by everyone who has it before them, wherever it is mounted.
import { randomBytes } from 'node:crypto'
import { link, open, readFile, unlink } from 'node:fs/promises'
import path from 'node:path'
import { Fault } from '../../ground/fault.ts'
import { createSyncFolder } from './folder-sync.ts'
import { codeOf, onDisk } from './trouble.ts'

const ID = /^[0-9a-f]{32}$/

const fileIn = (root: string): string => path.join(root, 'store.id')

/** Undefined where the folder was never served. Throws a Fault for a file that holds no id. */
export async function readStoreId(root: string): Promise<string | undefined> {
  const text = await onDisk(() =>
    readFile(fileIn(root), 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
      throw error
    }),
  )
  if (text === undefined || ID.test(text.trim())) return text?.trim()
  throw new Fault([
    `${fileIn(root)} does not hold the 32 hex digits that name this folder: stop all nodes and remove the file, and the next start makes another.`,
  ])
}

/** The folder's id, made once: however many processes start together, all of them read the same. */
export const storeIdOf = async (root: string): Promise<string> =>
  (await readStoreId(root)) ?? (await makeStoreId(root))

/** A link to a finished file appears whole or not at all, and only once. */
async function makeStoreId(root: string): Promise<string> {
  await onDisk(async () => {
    const draft = path.join(root, 'incoming', randomBytes(16).toString('hex')) // swept should this process die
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(`${randomBytes(16).toString('hex')}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await link(draft, fileIn(root)).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error // else another process was first: its id is the one
    })
    await unlink(draft)
    await createSyncFolder()(root)
  })
  const id = await readStoreId(root)
  if (id === undefined) throw new Error(`${fileIn(root)} could not be made`)
  return id
}
