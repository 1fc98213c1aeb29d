// `herbarium repair`.
import type { Command } from 'commander'
import { withInstallation } from '../service/upkeep.ts'
import type { StoredFile } from '../upkeep/ports.ts'
import { type RepairReport, repair } from '../upkeep/repair.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { usableConfig } from './with-records.ts'

export function addRepair(program: Command): void {
  program
    .command('repair')
    .description('Find files that no row names; nothing is removed without --apply')
    .option('--apply', 'remove them')
    .option(...JSON_OPTION)
    .action(async (options: OutputOptions & { apply?: boolean }) => {
      const apply = options.apply ?? false
      const report = await withInstallation(usableConfig(), ports => repair(ports, { apply }))
      say(options, asJson(report, apply), asLines(report, apply))
    })
}

const asJson = ({ orphans, young, foreign }: RepairReport, applied: boolean) => ({
  applied,
  [applied ? 'removed' : 'removable']: keysOf(orphans),
  protected: keysOf(young),
  foreign,
  bytes: bytesOf(orphans),
})

const keysOf = (files: StoredFile[]): string[] => files.map(({ key }) => key)
const bytesOf = (files: StoredFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0)

function asLines({ orphans, young, foreign }: RepairReport, applied: boolean): string[] {
  const said = `${orphans.length} files (${bytesOf(orphans)} bytes) that no row names`
  return [
    ...keysOf(orphans).map(key => `${applied ? 'removed' : 'removable'}  ${key}`),
    ...keysOf(young).map(key => `protected  ${key}  (less than an hour old: its row may be about to come)`),
    ...foreign.map(key => `foreign    ${key}  (not ours: look at it, and remove it yourself)`),
    applied ? `Removed ${said}.` : `Found ${said}${orphans.length === 0 ? '.' : '; --apply removes them.'}`,
  ]
}
