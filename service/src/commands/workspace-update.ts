// `herbarium workspace update`.
import type { Command } from 'commander'
import { updateWorkspace } from '../workspaces/update.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withRecords } from './with-records.ts'
import { workspaceAsJson, workspaceAsLine } from './workspace-in-words.ts'
import { mediaAccessOption, quotaBytesIn, quotaOption, type WorkspaceOptions } from './workspace-options.ts'

export function addWorkspaceUpdate(parent: Command): void {
  parent
    .command('update')
    .description('Change a workspace; what is left out stays')
    .argument('<ws_…>', 'the id that "herbarium workspace list" shows')
    .option('--name <name>', 'what people call it')
    .addOption(quotaOption())
    .addOption(mediaAccessOption())
    .option(...JSON_OPTION)
    .action(async (workspaceId: string, options: OutputOptions & WorkspaceOptions & { name?: string }) => {
      const { name, mediaAccess } = options
      const workspace = await withRecords(ports =>
        updateWorkspace(ports, workspaceId, { name, quotaBytes: quotaBytesIn(options), mediaAccess }),
      )
      say(options, workspaceAsJson(workspace), [workspaceAsLine(workspace)])
    })
}
