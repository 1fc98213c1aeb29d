// `herbarium workspace list`.
import type { Command } from 'commander'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withRecords } from './with-records.ts'
import { workspaceAsJson, workspaceAsLine } from './workspace-in-words.ts'

export function addWorkspaceList(parent: Command): void {
  parent
    .command('list')
    .description('List the workspaces')
    .option(...JSON_OPTION)
    .action(async (options: OutputOptions) => {
      const workspaces = await withRecords(ports => ports.workspaces.list())
      say(options, { workspaces: workspaces.map(workspaceAsJson) }, workspaces.map(workspaceAsLine))
    })
}
