// Two folders of which neither may hold the other.
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { Fault } from '../../ground/fault.ts'

/** Throws a Fault where the backup's folder is the data folder, lies in it, or holds it; links are followed. */
export async function mustBeApart(dataDir: string, backup: string): Promise<void> {
  const [data, copy] = await Promise.all([realPathOf(dataDir), realPathOf(backup)])
  if (holds(data, copy) || holds(copy, data))
    throw new Fault([
      `${backup} and DATA_DIR ${dataDir} must be two folders, neither of them inside the other: name another one.`,
    ])
}

/** Of a folder that is not there yet, where it will be. */
async function realPathOf(folder: string): Promise<string> {
  const parent = path.dirname(folder)
  if (parent === folder) return folder
  return realpath(folder).catch(async () => path.join(await realPathOf(parent), path.basename(folder)))
}

function holds(outer: string, inner: string): boolean {
  const way = path.relative(outer, inner)
  return way === '' || !(way === '..' || way.startsWith(`..${path.sep}`) || path.isAbsolute(way))
}
