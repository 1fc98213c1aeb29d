// The rows of workspaces.
import { type Kysely, type Selectable, sql } from 'kysely'
import type { MediaAccess, Mode } from '../ground/actor.ts'
import { pageOf } from '../ground/page.ts'
import type { WorkspaceRecords, WorkspaceUpdate } from '../workspaces/ports.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import { insertKey } from './key-records.ts'
import { insertProject } from './project-records.ts'
import type { Tables } from './tables.ts'
import type { Step, Write } from './write.ts'

type Db = Kysely<Tables>

/** `alone` are steps that keep other beginnings out of the same write, where the database needs any. */
export const createWorkspaceRecords = (db: Db, write: Write, alone: Step[] = []): WorkspaceRecords => ({
  insert: async workspace => {
    await write([{ query: insertWorkspace(db, workspace).compile() }])
  },
  findTestSpace: async liveId => {
    const row = await db.selectFrom('workspaces').selectAll().where('test_of', '=', liveId).executeTakeFirst()
    return row && workspaceFrom(row)
  },
  insertTestSpace: async workspace => {
    const unlessThere = insertWorkspace(db, workspace).onConflict(there => there.doNothing())
    await write([{ query: unlessThere.compile() }])
  },
  find: workspaceId => find(db, workspaceId),
  list: async () =>
    (await db.selectFrom('workspaces').selectAll().orderBy('ordinal').execute()).map(workspaceFrom),
  page: async ({ limit, after: [before] = [] }) => {
    const all = db.selectFrom('workspaces').selectAll()
    const rows = await (before === undefined ? all : all.where('ordinal', '<', before))
      .orderBy('ordinal', 'desc')
      .limit(limit + 1)
      .execute()
    return pageOf(rows, limit, workspaceFrom, row => [row.ordinal])
  },
  update: async (workspaceId, update) => {
    const step = updateWorkspace(db, workspaceId, update)
    if (step !== undefined) await write([step])
    return find(db, workspaceId)
  },
  begin: async ({ workspace, project, key }) => {
    const outcome = await write([
      ...alone,
      firstWorkspace(db, workspace),
      insertProject(db, project),
      insertKey(db, key),
    ])
    return outcome === 'saved'
  },
})

async function find(db: Db, workspaceId: string): Promise<Workspace | undefined> {
  const row = await db.selectFrom('workspaces').selectAll().where('id', '=', workspaceId).executeTakeFirst()
  return row && workspaceFrom(row)
}

/** Undefined where nothing is to change: SQL has no word for that. */
function updateWorkspace(
  db: Db,
  workspaceId: string,
  { name, quotaBytes, mediaAccess }: WorkspaceUpdate,
): Step | undefined {
  if (name === undefined && quotaBytes === undefined && mediaAccess === undefined) return undefined
  const set = { name, quota_bytes: quotaBytes, media_access: mediaAccess } // Kysely leaves undefined out
  return { query: db.updateTable('workspaces').set(set).where('id', '=', workspaceId).compile() }
}

const insertWorkspace = (db: Db, workspace: Workspace) =>
  db.insertInto('workspaces').values({
    id: workspace.id,
    name: workspace.name,
    mode: workspace.mode,
    test_of: workspace.testOf,
    media_access: workspace.mediaAccess,
    quota_bytes: workspace.quotaBytes,
    created_at: workspace.createdAt,
  })

/** Inserts only into an empty table, so that of many beginnings one is written. */
const firstWorkspace = (db: Db, workspace: Workspace): Step => ({
  query: sql`insert into workspaces (id, name, created_at)
    select ${workspace.id}, ${workspace.name}, ${workspace.createdAt}
    where not exists (select 1 from workspaces)`.compile(db),
  otherwise: 'stale',
})

const workspaceFrom = (row: Selectable<Tables['workspaces']>): Workspace => ({
  id: row.id,
  name: row.name,
  mode: row.mode as Mode, // written by insertWorkspace alone
  testOf: row.test_of,
  mediaAccess: row.media_access as MediaAccess, // likewise, and by its update
  quotaBytes: row.quota_bytes,
  createdAt: row.created_at,
})
