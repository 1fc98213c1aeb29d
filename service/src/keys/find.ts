// Finding keys: one by its id, or a page of them. For operators, who see those of every workspace.
import { notFound } from '../ground/errors.ts'
import type { Page, PageRequest } from '../ground/page.ts'
import type { Key } from './key.ts'
import type { KeyRecords } from './ports.ts'

type FindPorts = { keys: KeyRecords }

export async function findKey({ keys }: FindPorts, keyId: string): Promise<Key> {
  const key = await keys.find(keyId)
  if (key === undefined) throw notFound('key')
  return key
}

/** Newest first; of one workspace, or of all. */
export const listKeys = (
  { keys }: FindPorts,
  { workspaceId, page }: { workspaceId?: string | undefined; page: PageRequest },
): Promise<Page<Key>> => keys.page(workspaceId, page)
