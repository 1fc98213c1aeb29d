// `herbarium verify`.
import type { Command } from 'commander'
import { withInstallation } from '../service/upkeep.ts'
import type { Damage } from '../upkeep/check-bytes.ts'
import { type VerifyReport, verify } from '../upkeep/verify.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withProgress } from './progress.ts'
import { chosenWorkspace, usableConfig } from './with-records.ts'

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('Read every ready asset and compare its length and hash; ends with 1 on damage')
    .option('--workspace <ws_…>', 'only the assets of this workspace')
    .option(...JSON_OPTION)
    .action(async (options: OutputOptions & { workspace?: string }) => {
      const report = await withInstallation(usableConfig(), async ports => {
        const named = options.workspace
        const workspaceId = named === undefined ? undefined : await chosenWorkspace(ports.records, named)
        return withProgress('verifying', onProgress => verify(ports, { workspaceId, onProgress }))
      })
      say(options, asJson(report), asLines(report))
      if (report.damaged.length > 0) process.exitCode = 1
    })
}

const asJson = ({ checked, bytes, damaged }: VerifyReport) => ({
  checked,
  bytes,
  damaged: damaged.map(damageJson),
})

export const damageJson = ({ named, problem }: Damage) => ({
  asset_id: named.assetId,
  key: named.key,
  problem,
})

export const damageLine = ({ named, problem }: Damage): string =>
  `${named.assetId}  ${named.key}  ${problem.replace('_', ' ')}`

const asLines = ({ checked, bytes, damaged }: VerifyReport): string[] => [
  ...damaged.map(damageLine),
  damaged.length === 0
    ? `All ${checked} ready assets (${bytes} bytes) are as they were promised.`
    : `${damaged.length} of ${checked} ready assets are damaged: bring their files back from a backup (docs/operations.md).`,
]
