// The rows of API keys.
import type { Kysely, Selectable } from 'kysely'
import type { Key } from '../keys/key.ts'
import type { KeyRecords } from '../keys/ports.ts'
import type { Database } from './database.ts'
import { prepared } from './prepared.ts'
import type { Read } from './read.ts'
import type { Tables } from './tables.ts'
import type { Step } from './write.ts'

type Db = Kysely<Tables>

export const createKeyRecords = ({ db, read, write }: Database): KeyRecords => ({
  insert: async key => {
    await write([insertKey(db, key)])
  },
  ...createFinding(db, read),
  list: async workspaceId => {
    const all = db.selectFrom('keys').selectAll().orderBy('ordinal')
    const rows = await (workspaceId === undefined
      ? all
      : all.where('workspace_id', '=', workspaceId)
    ).execute()
    return rows.map(keyFrom)
  },
  revoke: async (keyId, at) => {
    const query = db
      .updateTable('keys')
      .set({ revoked_at: at })
      .where('id', '=', keyId)
      .where('revoked_at', 'is', null)
    await write([{ query: query.compile() }])
    const row = await db.selectFrom('keys').selectAll().where('id', '=', keyId).executeTakeFirst()
    return row && keyFrom(row)
  },
})

/** What every request asks. */
function createFinding(db: Db, read: Read): Pick<KeyRecords, 'find' | 'findByHash'> {
  const keys = db.selectFrom('keys').selectAll()
  const byId = prepared(({ id }: { id: string }) => keys.where('id', '=', id).compile())
  const byHash = prepared(({ hash }: { hash: string }) => keys.where('hash', '=', hash).compile())
  const keyOf = ([row]: Selectable<Tables['keys']>[]) => row && keyFrom(row)
  return {
    find: async id => keyOf(await read(byId({ id }))),
    findByHash: async hash => keyOf(await read(byHash({ hash }))),
  }
}

export const insertKey = (db: Db, key: Key): Step => ({
  query: db
    .insertInto('keys')
    .values({
      id: key.id,
      workspace_id: key.workspaceId,
      name: key.name,
      prefix: key.prefix,
      hash: key.hash,
      created_at: key.createdAt,
      expires_at: key.expiresAt,
      revoked_at: key.revokedAt,
    })
    .compile(),
})

const keyFrom = (row: Selectable<Tables['keys']>): Key => ({
  id: row.id,
  workspaceId: row.workspace_id,
  name: row.name,
  prefix: row.prefix,
  hash: row.hash,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
})
