// `herbarium workspace usage`.
import type { Command } from 'commander'
import { usageOf } from '../workspaces/usage.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { sizeInWords } from './size-in-words.ts'
import { withRecords } from './with-records.ts'

export function addWorkspaceUsage(parent: Command): void {
  parent
    .command('usage')
    .description('Tell what a workspace takes up')
    .argument('<ws_…>', 'the id that "herbarium workspace list" shows')
    .option(...JSON_OPTION)
    .action(async (id: string, options: OutputOptions) => {
      const usage = await withRecords(ports => usageOf(ports, id))
      const { assets, bytes, openUploads, quotaBytes } = usage
      const json = {
        workspace_id: usage.workspaceId,
        assets,
        bytes,
        open_uploads: openUploads,
        quota_bytes: quotaBytes,
        remaining_bytes: usage.remainingBytes,
      }
      const bound = quotaBytes === null ? 'no quota' : `of ${sizeInWords(quotaBytes)}`
      say(options, json, [
        `assets ${assets}, open uploads ${openUploads}, bytes ${sizeInWords(bytes)} (${bound})`,
      ])
    })
}
