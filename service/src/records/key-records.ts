// The rows of API keys.
import type { Kysely, Selectable } from 'kysely'
import type { MediaAccess, Mode } from '../ground/actor.ts'
import type { GrantedScope } from '../ground/scope.ts'
import type { Key, OpeningKey } from '../keys/key.ts'
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

type KeyRow = Selectable<Tables['keys']>
type OpeningRow = KeyRow & Pick<Selectable<Tables['workspaces']>, 'media_access'>

/** What every request asks. */
function createFinding(db: Db, read: Read): Pick<KeyRecords, 'find' | 'findByHash'> {
  const keys = db
    .selectFrom('keys')
    .innerJoin('workspaces', 'workspaces.id', 'keys.workspace_id')
    .selectAll('keys')
    .select('workspaces.media_access')
  const byId = prepared(({ id }: { id: string }) => keys.where('keys.id', '=', id).compile())
  const byHash = prepared(({ hash }: { hash: string }) => keys.where('keys.hash', '=', hash).compile())
  const keyOf = ([row]: OpeningRow[]) => row && openingKeyFrom(row)
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
      mode: key.mode,
      scopes: JSON.stringify(key.scopes),
      prefix: key.prefix,
      hash: key.hash,
      created_at: key.createdAt,
      expires_at: key.expiresAt,
      revoked_at: key.revokedAt,
      last_used_at: key.lastUsedAt,
    })
    .compile(),
})

const openingKeyFrom = (row: OpeningRow): OpeningKey => ({
  ...keyFrom(row),
  mediaAccess: row.media_access as MediaAccess, // written by workspaces alone
})

const keyFrom = (row: KeyRow): Key => ({
  id: row.id,
  workspaceId: row.workspace_id,
  name: row.name,
  mode: row.mode as Mode, // written by insertKey alone, like the scopes
  scopes: scopesFrom(row),
  prefix: row.prefix,
  hash: row.hash,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  lastUsedAt: row.last_used_at,
})

/** Most keys have no narrower ones. */
const ALL_SCOPES = '["*"]'

const scopesFrom = ({ scopes }: KeyRow): GrantedScope[] =>
  scopes === ALL_SCOPES ? ['*'] : JSON.parse(scopes)
