// Who works at several nodes: clients of two workspaces that must not see each other's, and the operator.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { clientOf } from '../process-tenant.ts'
import { runHerbarium } from '../run-herbarium.ts'
import type { Environment } from '../start-process.ts'
import type { Membership, Wire } from './asking.ts'
import type { Nodes } from './nodes.ts'
import { type Setbacks, sendUntilAnswered } from './send-until-answered.ts'

/** One to each workspace. */
export async function wiresTo(nodes: Nodes, setbacks: Setbacks): Promise<Wire[]> {
  await nodes.ready()
  const send = sendUntilAnswered(setbacks)
  const members = [await firstMember(nodes), await secondMember(nodes)]
  return members.map((member, n) => ({
    ...member,
    server: { origin: nodes.origin },
    send,
    onlookers: { origins: nodes.origins, strangerKey: members[1 - n]?.apiKey ?? '' },
  }))
}

/** Of all the nodes that began on an empty database, one has made the first key. */
async function firstMember(nodes: Nodes): Promise<Membership> {
  const files = nodes.environments.map(({ DATA_DIR = '' }) => path.join(DATA_DIR, 'first-key.txt'))
  const found = await Promise.all(files.map(file => readFile(file, 'utf8').catch(() => '')))
  const keys = found.filter(key => key !== '').map(key => key.trim())
  assert.equal(keys.length, 1, 'an installation is begun once')
  const [apiKey = ''] = keys
  const client = clientOf(nodes, apiKey)
  const [workspace] = (await client.workspaces.list()).workspaces
  const workspaceId = workspace?.workspace_id ?? ''
  const [project] = (await client.projects.list({ workspace_id: workspaceId })).projects
  return { apiKey, workspaceId, projectId: project?.project_id ?? '' }
}

async function secondMember({ environments: [environment = {}] }: Nodes): Promise<Membership> {
  const say = async (...args: string[]) => askHerbarium(args, environment)
  const { workspace_id: workspaceId } = await say('workspace', 'create', '--name', 'Second')
  const { api_key: apiKey } = await say('key', 'create', '--workspace', workspaceId)
  const { project_id: projectId } = await say(
    'project',
    'create',
    '--workspace',
    workspaceId,
    '--name',
    'Canvas',
  )
  return { apiKey, workspaceId, projectId }
}

const COMMAND_WITHIN_MS = 120_000

/** What a command says to a script; throws unless it ends with 0. */
export async function askHerbarium(args: string[], environment: Environment) {
  const { code, stdout, stderr } = await runHerbarium([...args, '--json'], environment, COMMAND_WITHIN_MS)
  assert.equal(code, 0, stdout + stderr)
  return JSON.parse(stdout)
}
