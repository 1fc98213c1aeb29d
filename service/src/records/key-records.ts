// The rows of API keys.
import type { Kysely, Selectable } from 'kysely'
import type { Key } from '../keys/key.ts'
import type { KeyRecords } from '../keys/ports.ts'
import type { Tables } from './tables.ts'
import type { Step, Write } from './write.ts'

type Db = Kysely<Tables>

export const createKeyRecords = (db: Db, write: Write): KeyRecords => ({
  insert: async key => {
    await write([insertKey(db, key)])
  },
  find: keyId => findBy(db, 'id', keyId),
  findByHash: hash => findBy(db, 'hash', hash),
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
    return findBy(db, 'id', keyId)
  },
})

async function findBy(db: Db, column: 'id' | 'hash', value: string): Promise<Key | undefined> {
  const row = await db.selectFrom('keys').selectAll().where(column, '=', value).executeTakeFirst()
  return row && keyFrom(row)
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
