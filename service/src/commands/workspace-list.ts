// `herbarium workspace list`.
import type { Command } from 'commander'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withRecords } from './with-records.ts'

export function addWorkspaceList(parent: Command): void {
  parent
    .command('list')
    .description('List the workspaces')
    .option(...JSON_OPTION)
    .action(async (options: OutputOptions) => {
      const workspaces = await withRecords(ports => ports.workspaces.list())
      const listed = workspaces.map(({ id, name, createdAt }) => ({
        workspace_id: id,
        name,
        created_at: createdAt,
      }))
      say(
        options,
        { workspaces: listed },
        listed.map(it => `${it.workspace_id}  ${it.name}`),
      )
    })
}
