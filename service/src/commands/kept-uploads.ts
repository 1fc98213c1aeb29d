// Uploads that were cut off, kept between runs: one small file each, since several commands may run at a time.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Store } from '@herbarium/client'

/** Who comes back later than this begins anew. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000

/** The values are credentials for the uploads they name: the files are the user's alone. */
export function keptUploads(folder: string): Store {
  const fileOf = (key: string) => path.join(folder, createHash('sha256').update(key).digest('hex'))
  return {
    get: async key => {
      await forgetOld(folder)
      return readFile(fileOf(key), 'utf8').catch(() => undefined)
    },
    set: async (key, value) => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const temporary = `${fileOf(key)}.${randomUUID()}`
      await writeFile(temporary, value, { mode: 0o600 })
      await rename(temporary, fileOf(key))
    },
    delete: key => rm(fileOf(key), { force: true }),
  }
}

async function forgetOld(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name)
    const { mtimeMs = Date.now() } = (await stat(file).catch(() => undefined)) ?? {}
    if (mtimeMs < Date.now() - KEPT_MS) await rm(file, { force: true })
  }
}
