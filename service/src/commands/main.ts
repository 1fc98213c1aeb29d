// The operator's command: `herbarium <subcommand>`.
import { Command } from 'commander'
import { version } from '../version.ts'
import { addBackup } from './backup.ts'
import { addDoctor } from './doctor.ts'
import { explainFailure } from './failure.ts'
import { addGet } from './get.ts'
import { addImport } from './import.ts'
import { addKeyCreate } from './key-create.ts'
import { addKeyList } from './key-list.ts'
import { addKeyRevoke } from './key-revoke.ts'
import { addList } from './list.ts'
import { addMigrateTo } from './migrate-to.ts'
import { addProjectCreate } from './project-create.ts'
import { addRepair } from './repair.ts'
import { addRestore } from './restore.ts'
import { addServe } from './serve.ts'
import { addUpload } from './upload.ts'
import { addVerify } from './verify.ts'
import { addWork } from './work.ts'
import { addWorkspaceCreate } from './workspace-create.ts'
import { addWorkspaceList } from './workspace-list.ts'

/** Runs the command line; a failure is told in words and ends the process with 1. */
export async function main(argv: string[]): Promise<void> {
  try {
    await createProgram().parseAsync(argv)
  } catch (error) {
    for (const line of explainFailure(error)) console.error(line)
    process.exit(1) // whatever a half-started service has begun must not keep the process
  }
}

function createProgram(): Command {
  const program = new Command('herbarium')
    .description("A self-hosted media asset service that speaks FLORA's Assets API.")
    .version(version)
    .showHelpAfterError('Add --help to see how this command is used.')
  addServe(program)
  addWork(program)
  const workspace = program
    .command('workspace')
    .description('Tenants: each owns its keys, projects and assets')
  addWorkspaceCreate(workspace)
  addWorkspaceList(workspace)
  addProjectCreate(program.command('project').description('Canvases that assets are put on'))
  const key = program.command('key').description('API keys')
  addKeyCreate(key)
  addKeyList(key)
  addKeyRevoke(key)
  addUpload(program)
  addImport(program)
  addList(program)
  addGet(program)
  addDoctor(program)
  addVerify(program)
  addRepair(program)
  addBackup(program)
  addRestore(program)
  addMigrateTo(program)
  return program
}
