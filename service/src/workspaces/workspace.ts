// A workspace: the tenant that owns keys, projects and assets.
import type { MediaAccess, Mode } from '../ground/actor.ts'
import type { Clock } from '../ground/clock.ts'
import type { Ids } from '../ground/ids.ts'
import { label } from '../ground/label.ts'

export interface Workspace {
  id: string
  name: string
  mode: Mode
  /** The live workspace that this one is there to test; null for a live one. */
  testOf: string | null
  mediaAccess: MediaAccess
  /** Null for no bound. */
  quotaBytes: number | null
  createdAt: number
}

export interface WorkspaceTerms {
  name: string
  /** Left out or null for no bound. */
  quotaBytes?: number | null | undefined
  mediaAccess?: MediaAccess | undefined
}

/** A live workspace as it begins. */
export const newWorkspace = (
  ports: { clock: Clock; ids: Ids },
  { name, quotaBytes = null, mediaAccess = 'public' }: WorkspaceTerms,
): Workspace => ({
  id: ports.ids.id('ws'),
  name: label('name', name),
  mode: 'live',
  testOf: null,
  mediaAccess,
  quotaBytes,
  createdAt: ports.clock.now(),
})

/** What tests may keep at a time. */
const TEST_QUOTA_BYTES = 1024 ** 3

/** Where a live workspace is tested, as it begins. */
export const newTestSpace = (ports: { clock: Clock; ids: Ids }, live: Workspace): Workspace => ({
  ...live,
  id: ports.ids.id('ws'),
  name: `${live.name} (test)`,
  mode: 'test',
  testOf: live.id,
  quotaBytes: TEST_QUOTA_BYTES,
  createdAt: ports.clock.now(),
})
