// The rows of API keys.
import { type Kysely, type Selectable, sql } from 'kysely'
import type { MediaAccess, Mode } from '../ground/actor.ts'
import { type Page, type PageRequest, pageOf } from '../ground/page.ts'
import type { GrantedScope } from '../ground/scope.ts'
import type { Key, OpeningKey } from '../keys/key.ts'
import type { KeyRecords, Replacement } from '../keys/ports.ts'
import type { Database } from './database.ts'
import { prepared } from './prepared.ts'
import type { Read } from './read.ts'
import type { Tables } from './tables.ts'
import type { Step } from './write.ts'

type Db = Kysely<Tables>

export const createKeyRecords = ({ db, read, write }: Database): KeyRecords => ({
  insert: async key => (await write([insertKey(db, key)])) === 'saved',
  ...createFinding(db, read),
  list: async workspaceId => {
    const all = db.selectFrom('keys').selectAll().orderBy('ordinal')
    const rows = await (workspaceId === undefined
      ? all
      : all.where('workspace_id', '=', workspaceId)
    ).execute()
    return rows.map(keyFrom)
  },
  page: (workspaceId, page) => pageOfKeys(db, workspaceId, page),
  replace: async replacement => {
    const outcome = await write([insertKey(db, replacement.successor), endReplaced(db, replacement)])
    return outcome === 'saved' ? 'saved' : 'stale'
  },
  markUsed: async uses => {
    // In one order, so that two nodes cannot wait for each other's rows.
    const sorted = [...uses].sort(([a], [b]) => (a < b ? -1 : 1))
    await write(sorted.map(([keyId, at]) => markUsed(db, keyId, at)))
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

/** Into a workspace that is there. */
export const insertKey = (db: Db, key: Key): Step => ({
  query: sql`insert into keys
      (id, workspace_id, name, mode, scopes, prefix, hash, created_at, expires_at, revoked_at, last_used_at, replaced_by)
    select ${key.id}, id, ${key.name}, ${key.mode}, ${JSON.stringify(key.scopes)}, ${key.prefix}, ${key.hash},
      ${key.createdAt}, ${key.expiresAt}, ${key.revokedAt}, ${key.lastUsedAt}, ${key.replacedBy}
    from workspaces where id = ${key.workspaceId}`.compile(db),
  otherwise: 'stale',
})

/** Only one that opens something, and has no successor yet. */
const endReplaced = (db: Db, { keyId, successor, ends, at }: Replacement): Step => ({
  query: db
    .updateTable('keys')
    .set({
      replaced_by: successor.id,
      ...('revokedAt' in ends ? { revoked_at: ends.revokedAt } : { expires_at: ends.expiresAt }),
    })
    .where('id', '=', keyId)
    .where('replaced_by', 'is', null)
    .where('revoked_at', 'is', null)
    .where(eb => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', at)]))
    .compile(),
  otherwise: 'stale',
})

const markUsed = (db: Db, keyId: string, at: number): Step => ({
  query: db
    .updateTable('keys')
    .set({ last_used_at: at })
    .where('id', '=', keyId)
    .where(eb => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
    .compile(),
})

async function pageOfKeys(
  db: Db,
  workspaceId: string | undefined,
  { limit, after: [before] = [] }: PageRequest,
): Promise<Page<Key>> {
  let query = db.selectFrom('keys').selectAll()
  if (workspaceId !== undefined) query = query.where('workspace_id', '=', workspaceId)
  if (before !== undefined) query = query.where('ordinal', '<', before)
  const rows = await query
    .orderBy('ordinal', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, keyFrom, row => [row.ordinal])
}

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
  replacedBy: row.replaced_by,
})

/** Most keys have no narrower ones. */
const ALL_SCOPES = '["*"]'

const scopesFrom = ({ scopes }: KeyRow): GrantedScope[] =>
  scopes === ALL_SCOPES ? ['*'] : JSON.parse(scopes)
