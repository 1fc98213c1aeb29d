// The space in which a live workspace is tested: a workspace of its own, made when its first key is.
import type { Clock } from '../ground/clock.ts'
import { invalidField, notFound } from '../ground/errors.ts'
import type { Ids } from '../ground/ids.ts'
import { createKey } from '../keys/create.ts'
import type { Key, KeyTerms } from '../keys/key.ts'
import type { KeyRecords } from '../keys/ports.ts'
import type { WorkspaceRecords } from './ports.ts'
import { newTestSpace, type Workspace } from './workspace.ts'

interface TestPorts {
  workspaces: WorkspaceRecords
  clock: Clock
  ids: Ids
}

/** Makes a key of mode `test` for the space of the workspace that is named, live or that space itself. */
export async function createTestKey(
  ports: TestPorts & { keys: KeyRecords },
  terms: Omit<KeyTerms, 'mode'>,
): Promise<{ key: Key; secret: string }> {
  const { id: workspaceId } = await testSpaceOf(ports, terms.workspaceId)
  return createKey(ports, { ...terms, workspaceId, mode: 'test' })
}

/** Throws a refusal on `workspace` for a space to test in: a live key would keep for good what it makes there. */
export async function mustBeLive(ports: Pick<TestPorts, 'workspaces'>, workspaceId: string): Promise<void> {
  const workspace = await ports.workspaces.find(workspaceId)
  if (workspace?.mode === 'test')
    throw invalidField(
      'workspace',
      `${workspaceId} is there to test ${workspace.testOf}: make a test key, with --test`,
    )
}

/** Made once, however many ask at once. */
async function testSpaceOf(ports: TestPorts, workspaceId: string): Promise<Workspace> {
  const workspace = await ports.workspaces.find(workspaceId)
  if (workspace === undefined) throw notFound('workspace')
  if (workspace.mode === 'test') return workspace
  const found = await ports.workspaces.findTestSpace(workspaceId)
  if (found !== undefined) return found
  const made = newTestSpace(ports, workspace)
  await ports.workspaces.insertTestSpace(made)
  return (await ports.workspaces.findTestSpace(workspaceId)) ?? made
}
