// Revoking an API key, at once and for good.
import type { Clock } from '../ground/clock.ts'
import { notFound } from '../ground/errors.ts'
import type { Key } from './key.ts'
import type { KeyRecords } from './ports.ts'

export async function revokeKey(ports: { keys: KeyRecords; clock: Clock }, keyId: string): Promise<Key> {
  const key = await ports.keys.revoke(keyId, ports.clock.now())
  if (key === undefined) throw notFound('key')
  return key
}
