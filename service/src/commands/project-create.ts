// `herbarium project create`.
import type { Command } from 'commander'
import { createProject } from '../projects/create.ts'
import { JSON_OPTION, type OutputOptions, say } from './output.ts'
import { chosenWorkspace, withRecords } from './with-records.ts'

export function addProjectCreate(parent: Command): void {
  parent
    .command('create')
    .description('Create a project')
    .requiredOption('--name <name>', 'what people call it')
    .option('--workspace <ws_…>', 'the workspace; may be left out when there is one')
    .option(...JSON_OPTION)
    .action(async (options: OutputOptions & { name: string; workspace?: string }) => {
      const project = await withRecords(async ports => {
        const workspaceId = await chosenWorkspace(ports, options.workspace)
        return createProject(ports, { keyId: 'operator', workspaceId }, { workspaceId, name: options.name })
      })
      if (project === undefined) throw new Error('a request without a key was answered by another')
      say(options, { project_id: project.id, workspace_id: project.workspaceId, name: project.name }, [
        `Project ${project.id} (${project.name}) is made.`,
      ])
    })
}
