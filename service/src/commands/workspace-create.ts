// `herbarium workspace create`.
import { type Command, InvalidArgumentError } from 'commander'
import { createWorkspace } from '../workspaces/create.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { withRecords } from './with-records.ts'

export function addWorkspaceCreate(parent: Command): void {
  parent
    .command('create')
    .description('Create a workspace')
    .requiredOption('--name <name>', 'what people call it')
    .option('--quota <bytes>', 'the most bytes it may keep; no bound when left out', wholeNumber)
    .option(...JSON_OPTION)
    .action(async (options: OutputOptions & { name: string; quota?: number }) => {
      const workspace = await withRecords(ports =>
        createWorkspace(ports, { name: options.name, quotaBytes: options.quota ?? null }),
      )
      say(options, { workspace_id: workspace.id, name: workspace.name }, [
        `Workspace ${workspace.id} (${workspace.name}) is made.`,
        `Its first key: herbarium key create --workspace ${workspace.id}`,
      ])
    })
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of bytes.')
  return Number(text)
}
