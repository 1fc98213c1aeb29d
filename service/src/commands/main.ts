// The operator's command: `herbarium <subcommand>`.
import { Command } from 'commander'
import { version } from '../version.ts'
import { explainFailure } from './failure.ts'

/** Each loads what it needs, so that a server does not carry the other commands about. In the order of the help. */
const SUBCOMMANDS: Record<string, (program: Command) => Promise<void>> = {
  serve: async program => (await import('./serve.ts')).addServe(program),
  work: async program => (await import('./work.ts')).addWork(program),
  workspace: async program => {
    const workspace = program
      .command('workspace')
      .description('Tenants: each owns its keys, projects and assets')
    ;(await import('./workspace-create.ts')).addWorkspaceCreate(workspace)
    ;(await import('./workspace-list.ts')).addWorkspaceList(workspace)
    ;(await import('./workspace-update.ts')).addWorkspaceUpdate(workspace)
    ;(await import('./workspace-usage.ts')).addWorkspaceUsage(workspace)
  },
  project: async program => {
    const project = program.command('project').description('Canvases that assets are put on')
    ;(await import('./project-create.ts')).addProjectCreate(project)
  },
  key: async program => {
    const key = program.command('key').description('API keys')
    ;(await import('./key-create.ts')).addKeyCreate(key)
    ;(await import('./key-list.ts')).addKeyList(key)
    ;(await import('./key-rotate.ts')).addKeyRotate(key)
    ;(await import('./key-revoke.ts')).addKeyRevoke(key)
  },
  secrets: async program => {
    const secrets = program
      .command('secrets')
      .description(
        'What signs tickets, tokens, cursors and media URLs, and what seals the secrets of webhooks',
      )
    ;(await import('./secrets-rotate.ts')).addSecretsRotate(secrets)
    ;(await import('./secrets-list.ts')).addSecretsList(secrets)
  },
  upload: async program => (await import('./upload.ts')).addUpload(program),
  import: async program => (await import('./import.ts')).addImport(program),
  list: async program => (await import('./list.ts')).addList(program),
  get: async program => (await import('./get.ts')).addGet(program),
  mcp: async program => (await import('./mcp.ts')).addMcp(program),
  doctor: async program => (await import('./doctor.ts')).addDoctor(program),
  verify: async program => (await import('./verify.ts')).addVerify(program),
  repair: async program => (await import('./repair.ts')).addRepair(program),
  backup: async program => (await import('./backup.ts')).addBackup(program),
  restore: async program => (await import('./restore.ts')).addRestore(program),
  'migrate-to': async program => (await import('./migrate-to.ts')).addMigrateTo(program),
}

/** Runs the command line; a failure is told in words and ends the process with 1. */
export async function main(argv: string[]): Promise<void> {
  try {
    const program = await createProgram(argv[2] ?? '')
    await program.parseAsync(argv)
  } catch (error) {
    for (const line of explainFailure(error)) console.error(line)
    process.exit(1) // whatever a half-started service has begun must not keep the process
  }
}

/** Whoever names none, or none that there is, is shown all. */
async function createProgram(named: string): Promise<Command> {
  const program = new Command('herbarium')
    .description("A self-hosted media asset service that speaks FLORA's Assets API.")
    .version(version)
    .showHelpAfterError('Add --help to see how this command is used.')
  const chosen = Object.hasOwn(SUBCOMMANDS, named) ? [SUBCOMMANDS[named]] : Object.values(SUBCOMMANDS)
  for (const add of chosen) await add?.(program)
  return program
}
