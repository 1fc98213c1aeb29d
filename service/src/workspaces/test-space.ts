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

/**
 * A key of mode `test` opens the space of the workspace that is named, live or that space itself. Throws a refusal on
 * `workspace_id` for a live key to such a space, in which it would keep for good what it makes, and on `scopes` for a
 * test key that is to administer.
 */
export async function createKeyIn(
  ports: TestPorts & { keys: KeyRecords },
  terms: KeyTerms,
): Promise<{ key: Key; secret: string }> {
  if (terms.mode === 'test') {
    // Test keys lie about in scripts and pipelines.
    if (terms.scopes?.includes('admin')) throw invalidField('scopes', 'must not have admin in a test key')
    const { id: workspaceId } = await testSpaceOf(ports, terms.workspaceId)
    return createKey(ports, { ...terms, workspaceId })
  }
  const workspace = await ports.workspaces.find(terms.workspaceId)
  if (workspace?.mode === 'test')
    throw invalidField(
      'workspace_id',
      `${workspace.id} is there to test ${workspace.testOf}: make a test key, with --test or the mode "test"`,
    )
  return createKey(ports, terms)
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
