// `herbarium backup DIR`.
import path from 'node:path'
import type { Command } from 'commander'
import { withBackupFolder } from '../service/upkeep.ts'
import { type BackupReport, backUp } from '../upkeep/backup.ts'
import { version } from '../version.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withProgress } from './progress.ts'
import { damageJson, damageLine } from './verify.ts'
import { usableConfig } from './with-records.ts'

export function addBackup(program: Command): void {
  program
    .command('backup')
    .description(
      'Copy the installation into a folder, also while its server runs; the next time only what is new',
    )
    .argument('<dir>', 'a folder of its own: new, empty, or that of the last backup')
    .option(...JSON_OPTION)
    .action(async (dir: string, options: OutputOptions) => {
      const config = usableConfig()
      const folder = path.resolve(dir)
      const report = await withBackupFolder(config, folder, ports =>
        withProgress('backing up', onProgress => backUp(ports, { program: version, onProgress })),
      )
      const keepsSecret = config.secretKeys === undefined
      say(options, asJson(report, folder), asLines(report, folder, keepsSecret))
      if (report.damaged.length > 0) process.exitCode = 1
    })
}

const asJson = (report: BackupReport, folder: string) => ({
  folder,
  complete: report.damaged.length === 0,
  assets: report.assets,
  bytes: report.bytes,
  received: report.received,
  copied: report.copied,
  copied_bytes: report.copiedBytes,
  kept: report.kept,
  removed: report.removed,
  damaged: report.damaged.map(damageJson),
})

function asLines(report: BackupReport, folder: string, keepsSecret: boolean): string[] {
  if (report.damaged.length > 0)
    return [
      ...report.damaged.map(damageLine),
      `${report.damaged.length} assets are damaged, so the last backup in ${folder} was left as it is (docs/operations.md).`,
    ]
  return [
    `Backed up ${report.assets} assets (${report.bytes} bytes) to ${folder}: ${report.copied} files copied, ${report.kept} already there, ${report.removed} removed.`,
    ...(keepsSecret ? [] : ['SECRET_KEY comes from the environment: keep it with the backup.']),
  ]
}
