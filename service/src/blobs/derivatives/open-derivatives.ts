// Pictures that can be made again, in a folder of bounded size: the least recently used go first.
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, unlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import type { KeptPictures } from '../../assets/derivatives/ports.ts'
import type { Clock } from '../../ground/clock.ts'
import { codeOf, ifThere, onDisk } from '../disk/trouble.ts'
import { createTrim } from './trim.ts'

/** `media/ab/<32 hex>.<recipe>.<format>`, below the blob's own key. */
const NAME = /^media\/([0-9a-f]{2})\/([0-9a-f]{32})\.[0-9a-f]{16}\.[a-z]+$/
/** A use that was noted so lately need not be noted again. */
const FRESH_MS = 60_000

export interface DerivativesOptions {
  /** Made when the first picture is kept. */
  folder: string
  maxBytes: number
  clock: Clock
}

/**
 * Several processes may have one folder. Nothing is synced: what a loss of power takes is made again, and a name is
 * given to whole files only.
 */
export function openDerivatives({ folder, maxBytes, clock }: DerivativesOptions): KeptPictures {
  const trim = createTrim({ folder, maxBytes, clock })
  const fileOf = (name: string) => {
    if (!NAME.test(name)) throw new Error(`not a name of a picture: ${name}`)
    return path.join(folder, path.relative('media', name))
  }
  return {
    open: name => onDisk(() => openPicture(fileOf(name), clock)),
    keep: (name, make) =>
      onDisk(async () => {
        const file = fileOf(name)
        const draft = path.join(folder, 'drafts', randomBytes(16).toString('hex'))
        for (const place of [draft, file]) await mkdir(path.dirname(place), { recursive: true, mode: 0o700 })
        try {
          const refusal = await make(draft)
          if (refusal !== undefined) return refusal
          await touch(draft, clock)
          const { size } = await stat(draft)
          await rename(draft, file)
          await trim(size)
          return undefined
        } finally {
          await rm(draft, { force: true })
        }
      }),
    removeOf: blobKey =>
      onDisk(async () => {
        const shard = path.join(folder, path.basename(path.dirname(blobKey)))
        const names = await namesIn(shard)
        for (const name of names.filter(name => name.startsWith(`${path.basename(blobKey)}.`)))
          await ifThere(() => unlink(path.join(shard, name)))
      }),
    blobKeys: () => blobKeys(folder),
  }
}

/** A picture that was removed since stays readable through what was opened. */
async function openPicture(file: string, clock: Clock) {
  const handle = await open(file, 'r').catch(ifMissing(undefined))
  if (handle === undefined) return undefined
  try {
    const { size, mtimeMs } = await handle.stat()
    if (mtimeMs < clock.now() - FRESH_MS) await touch(file, clock).catch(() => undefined)
    return { sizeBytes: size, bytes: handle.createReadStream() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

const touch = (file: string, clock: Clock): Promise<void> => {
  const now = clock.now() / 1000
  return utimes(file, now, now)
}

async function* blobKeys(folder: string): AsyncGenerator<string[]> {
  for (const shard of await namesIn(folder)) {
    if (!/^[0-9a-f]{2}$/.test(shard)) continue
    const blobs = (await namesIn(path.join(folder, shard))).map(name => name.split('.')[0])
    yield [...new Set(blobs)].map(blob => `media/${shard}/${blob}`)
  }
}

const namesIn = (folder: string): Promise<string[]> => onDisk(() => readdir(folder).catch(ifMissing([])))

const ifMissing =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (codeOf(error) === 'ENOENT') return instead
    throw error
  }
