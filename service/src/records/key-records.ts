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
  findByHash: createFindByHash(db, read),
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

function createFindByHash(db: Db, read: Read): KeyRecords['findByHash'] {
  const byHash = prepared(({ hash }: { hash: string }) =>
    db.selectFrom('keys').selectAll().where('hash', '=', hash).compile(),
  )
  return async hash => {
    const [row] = await read(byHash({ hash }))
    return row && keyFrom(row)
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
