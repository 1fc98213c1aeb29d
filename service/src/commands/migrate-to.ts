// `herbarium migrate-to TARGET.env`.
import path from 'node:path'
import type { Command } from 'commander'
import { readSettingsFile } from '../config/settings-file.ts'
import { withMove } from '../service/move.ts'
import { type MoveReport, move, moveAhead } from '../upkeep/move.ts'
import { CommandFailure } from './failure.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withProgress } from './progress.ts'
import { damageJson, damageLine } from './verify.ts'
import { usableConfig } from './with-records.ts'

interface MigrateOptions extends OutputOptions {
  ahead?: boolean
  newSecret?: boolean
}

export function addMigrateTo(program: Command): void {
  program
    .command('migrate-to')
    .description(
      'Move the installation to PostgreSQL, to a bucket, or to both; run again it goes on where it was',
    )
    .argument(
      '<file>',
      'the variables of the new installation, a line each: DATABASE_URL, S3_BUCKET, SECRET_KEY and so on',
    )
    .option(
      '--ahead',
      'copy the bytes of ready assets while the server runs; a later run without it finishes',
    )
    .option(
      '--new-secret',
      'let upload URLs and cursors that are open now end, where SECRET_KEY is another one',
    )
    .option(...JSON_OPTION)
    .action(migrateTo)
}

async function migrateTo(given: string, options: MigrateOptions): Promise<void> {
  const config = usableConfig()
  const file = path.resolve(given)
  const target = await readSettingsFile(file)
  if (target.complaints.length > 0) throw new CommandFailure(target.complaints)
  const isAhead = options.ahead === true
  const report = await withMove(
    config,
    { config: target.config, file },
    { isAhead, takesNewSecret: options.newSecret === true },
    ports => {
      const watch: typeof withProgress = (label, work) =>
        withProgress(label, work, { inLines: options.json !== true })
      return (isAhead ? moveAhead : move)({ ...ports, watch })
    },
  )
  say(options, asJson(report, isAhead), asLines(report, { isAhead, file }))
  if (report.damaged.length > 0) process.exitCode = 1
}

const asJson = (report: MoveReport, isAhead: boolean) => ({
  complete: report.isComplete,
  was_complete: report.wasComplete,
  ahead: isAhead,
  rows: report.rows,
  assets: report.assets,
  bytes: report.bytes,
  received: report.received,
  copied: report.copied,
  copied_bytes: report.copiedBytes,
  kept: report.kept,
  removed: report.removed,
  damaged: report.damaged.map(damageJson),
})

function asLines(report: MoveReport, { isAhead, file }: { isAhead: boolean; file: string }): string[] {
  const { copied, copiedBytes, kept, damaged, rows, removed } = report
  const start = `start the service with ${file}.`
  if (report.wasComplete) return [`The target was complete before; nothing was done. Now ${start}`]
  const files = `${copied} files copied (${copiedBytes} bytes), ${kept} already there`
  if (damaged.length > 0)
    return [
      ...damaged.map(damageLine),
      `${files}. ${damaged.length} assets are damaged, so the move is not complete: bring their files back from a backup, or delete the assets, and run this again (docs/operations.md).`,
    ]
  if (isAhead) return [`${files}. Not complete yet: stop the server, and run this again without --ahead.`]
  return [
    `Moved ${rows} rows; ${files}, ${removed} removed.`,
    `The target is complete; ${start} No server starts on what was left here.`,
  ]
}
