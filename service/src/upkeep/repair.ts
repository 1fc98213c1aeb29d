// Removing what no row names, and nothing else.
import { deadKeys, GRACE_MS } from '../assets/discard-leftovers.ts'
import type { Clock } from '../ground/clock.ts'
import type { Area, Installation, StoredFile } from './ports.ts'

type RepairPorts = Installation & { clock: Clock }

export interface RepairReport {
  /** Files that no row names and that were removed, or would be. */
  orphans: StoredFile[]
  /** Files that no row names yet, and that a row may still be about to. */
  young: StoredFile[]
  /** Names that this service never gives: whoever put them there may remove them. */
  foreign: string[]
}

const AREAS = ['media', 'quarantine', 'incoming'] as const

/** Finds what no row names; with `apply` it is removed, unless its row has come meanwhile. */
export async function repair(ports: RepairPorts, options: { apply: boolean }): Promise<RepairReport> {
  const report: RepairReport = { orphans: [], young: [], foreign: [] }
  for (const area of AREAS)
    for await (const files of ports.blobs.stored(area)) {
      report.foreign.push(...files.filter(file => !file.isOurs).map(({ key }) => key))
      const unnamed = await unnamedAmong(
        ports,
        area,
        files.filter(file => file.isOurs),
      )
      report.young.push(...unnamed.filter(file => isYoung(ports, file)))
      for (const file of unnamed.filter(file => !isYoung(ports, file)))
        if (!options.apply || (await isRemoved(ports, area, file))) report.orphans.push(file)
    }
  return report
}

/** Publishing names the file first and writes its row afterwards: until the grace is over the row may come. */
const isYoung = ({ clock }: RepairPorts, { touchedAt }: StoredFile): boolean =>
  touchedAt >= clock.now() - GRACE_MS

async function unnamedAmong(ports: RepairPorts, area: Area, files: StoredFile[]): Promise<StoredFile[]> {
  const keys = files.map(({ key }) => key)
  if (area !== 'media') {
    const dead = new Set(await deadKeys(ports, keys))
    return files.filter(({ key }) => dead.has(key))
  }
  const known = await ports.upkeep.knownMediaKeys(keys)
  return files.filter(({ key }) => !known.has(key))
}

/** Asks for the row, and looks at the file, once more. */
async function isRemoved(ports: RepairPorts, area: Area, file: StoredFile): Promise<boolean> {
  const found = await ports.blobs.findStored(file.key)
  if (found === undefined || isYoung(ports, found)) return false
  if ((await unnamedAmong(ports, area, [found])).length === 0) return false
  await ports.blobs.remove(file.key)
  return true
}
