// `herbarium workspace create`.
import type { Command } from 'commander'
import { createWorkspace } from '../workspaces/create.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withRecords } from './with-records.ts'

export function addWorkspaceCreate(parent: Command): void {
  parent
    .command('create')
    .description('Create a workspace')
    .requiredOption('--name <name>', 'what people call it')
    .option(...JSON_OPTION)
    .action(async (options: OutputOptions & { name: string }) => {
      const workspace = await withRecords(ports => createWorkspace(ports, { name: options.name }))
      say(options, { workspace_id: workspace.id, name: workspace.name }, [
        `Workspace ${workspace.id} (${workspace.name}) is made.`,
        `Its first key: herbarium key create --workspace ${workspace.id}`,
      ])
    })
}
