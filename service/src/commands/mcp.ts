// `herbarium mcp`: tools for agents, spoken over stdin and stdout.
import type { Command } from 'commander'
import { type AgentDoor, openAgentDoor } from '../mcp/open-agent-door.ts'
import { openRoots, type Roots } from '../mcp/roots.ts'
import { configuredClient, WORKSPACE_OPTION } from './chosen-client.ts'

interface McpOptions {
  workspace?: string
  root: string[]
  readOnly?: boolean
}

export function addMcp(program: Command): void {
  program
    .command('mcp')
    .description(
      'Offer tools to an agent that speaks MCP over stdin and stdout: upload, list, get and attach assets; reads FLORA_API_KEY and FLORA_BASE_URL',
    )
    .option(...WORKSPACE_OPTION)
    .option(
      '--root <folder>',
      'let upload-from-path read what is below this folder and nothing else; may be repeated (default: the folder it is started in)',
      (folder: string, before: string[]) => [...before, folder],
      [],
    )
    .option('--read-only', 'offer list and get alone')
    .action(speak)
}

async function speak({ workspace, root, readOnly = false }: McpOptions): Promise<void> {
  const [client, roots] = [await configuredClient(), await openRoots(root, process.cwd())]
  const door = openAgentDoor({ client, workspaceId: workspace, roots }, { isReadOnly: readOnly })
  console.error(`herbarium: at an agent's service over stdin and stdout; ${offer(roots, readOnly)}.`)
  stopBySignal(door)
  await door.ended
  await door.close()
  process.exit(0) // a call that would not end must not keep the process
}

function offer(roots: Roots, isReadOnly: boolean): string {
  if (isReadOnly) return 'list and get alone'
  if (roots.length === 0) return 'local files cannot be uploaded without --root'
  return `local files below ${roots.map(({ named }) => named).join(', ')} can be uploaded`
}

/** The first signal ends what is under way, the second does not wait. */
function stopBySignal(door: AgentDoor): void {
  let isStopping = false
  const stop = () => {
    if (isStopping) process.exit(1)
    isStopping = true
    void door.close()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
