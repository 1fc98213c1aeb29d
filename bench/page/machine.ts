// The machine a run was made on, in words.
import { readFile } from 'node:fs/promises'
import { cpus, release, totalmem, type } from 'node:os'
import path from 'node:path'

export async function machineInWords(folder: string): Promise<string> {
  const cores = cpus()
  const gibibytes = Math.round(totalmem() / 1024 ** 3)
  return `${cores.length} cores (${cores[0]?.model.trim() ?? 'unknown'}), ${gibibytes} GiB of memory, ${type()} ${release()}, ${await fileSystemOf(folder)}, Node ${process.versions.node}`
}

/** Of the mount that is nearest to the folder; the last one of a place hides those before it. */
async function fileSystemOf(folder: string): Promise<string> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map(line => line.split(' '))
  const above = mounts.filter(([, place = '']) => isWithin(folder, place))
  const deepest = Math.max(...above.map(([, place = '']) => place.length))
  return above.findLast(([, place]) => place?.length === deepest)?.[2] ?? 'an unknown file system'
}

const isWithin = (folder: string, place: string): boolean =>
  place !== '' && !path.relative(place, folder).startsWith('..')
