// `herbarium workspace create`.
import type { Command } from 'commander'
import { createWorkspace } from '../workspaces/create.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withRecords } from './with-records.ts'
import { workspaceAsJson } from './workspace-in-words.ts'
import { mediaAccessOption, quotaBytesIn, quotaOption, type WorkspaceOptions } from './workspace-options.ts'

export function addWorkspaceCreate(parent: Command): void {
  parent
    .command('create')
    .description('Create a workspace')
    .requiredOption('--name <name>', 'what people call it')
    .addOption(quotaOption())
    .addOption(mediaAccessOption())
    .option(...JSON_OPTION)
    .action(async (options: OutputOptions & WorkspaceOptions & { name: string }) => {
      const { name, mediaAccess } = options
      const workspace = await withRecords(ports =>
        createWorkspace(ports, { name, quotaBytes: quotaBytesIn(options), mediaAccess }),
      )
      say(options, workspaceAsJson(workspace), [
        `Workspace ${workspace.id} (${workspace.name}) is made.`,
        `Its first key: herbarium key create --workspace ${workspace.id}`,
      ])
    })
}
