// `herbarium restore DIR`.
import path from 'node:path'
import type { Command } from 'commander'
import { withRestoreFolder } from '../service/upkeep.ts'
import { type RestoreReport, restore } from '../upkeep/restore.ts'
import { CommandFailure } from './failure.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withProgress } from './progress.ts'
import { usableConfig } from './with-records.ts'

export function addRestore(program: Command): void {
  program
    .command('restore')
    .description('Make DATA_DIR, which must be new or empty, from a backup; every byte is checked')
    .argument('<dir>', 'the folder of the backup')
    .option(...JSON_OPTION)
    .action(async (dir: string, options: OutputOptions) => {
      const config = usableConfig()
      const folder = path.resolve(dir)
      const report = await withRestoreFolder(config, folder, ports =>
        withProgress('restoring', onProgress => restore(ports, { onProgress })),
      )
      if (report.faults.length > 0) refuse(report, folder)
      const { assets, bytes, received } = report
      say(options, { data_dir: config.dataDir, assets, bytes, received }, [
        `Restored ${assets} assets (${bytes} bytes) to ${config.dataDir}; every byte is as it was backed up.`,
      ])
    })
}

function refuse({ faults }: RestoreReport, folder: string): never {
  throw new CommandFailure([
    ...faults,
    `The backup in ${folder} is damaged, so nothing was restored: use another one.`,
  ])
}
