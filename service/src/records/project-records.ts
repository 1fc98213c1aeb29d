// The rows of projects and of the nodes on their canvas.
import type { Kysely, Selectable } from 'kysely'
import type { NodeType } from '../assets/media-type.ts'
import { type Page, type PageRequest, pageOf } from '../ground/page.ts'
import type { ProjectRecords } from '../projects/ports.ts'
import type { CanvasNode, Project } from '../projects/project.ts'
import type { Database } from './database.ts'
import { fold } from './fold.ts'
import { createRemember } from './request-records.ts'
import type { RowSearch } from './row-search.ts'
import type { Tables } from './tables.ts'
import type { Step, Write } from './write.ts'

type Db = Kysely<Tables>

export const createProjectRecords = ({ db, write }: Database, search: RowSearch): ProjectRecords => ({
  insert: createInsert(db, write),
  find: async projectId => {
    const row = await db.selectFrom('projects').selectAll().where('id', '=', projectId).executeTakeFirst()
    return row && projectFrom(row)
  },
  list: (filter, page) => listProjects(db, search, filter, page),
  nodes: (projectId, page) => listNodes(db, projectId, page),
})

function createInsert(db: Db, write: Write): ProjectRecords['insert'] {
  const rememberRequest = createRemember(db)
  return (project, request) =>
    write([...(request ? [rememberRequest(request)] : []), insertProject(db, project)])
}

export const insertProject = (db: Db, project: Project): Step => ({
  query: db
    .insertInto('projects')
    .values({
      id: project.id,
      workspace_id: project.workspaceId,
      name: project.name,
      name_folded: fold(project.name),
      created_at: project.createdAt,
      last_modified: project.lastModified,
    })
    .compile(),
})

async function listProjects(
  db: Db,
  search: RowSearch,
  filter: { workspaceId: string; query?: string | undefined },
  page: PageRequest,
): Promise<Page<Project>> {
  const [modified, ordinal] = page.after ?? []
  let query = db.selectFrom('projects').selectAll().where('workspace_id', '=', filter.workspaceId)
  if (filter.query !== undefined) query = query.where(search.projectNamed(filter.query))
  if (modified !== undefined && ordinal !== undefined)
    query = query.where(eb => eb(eb.refTuple('last_modified', 'ordinal'), '<', eb.tuple(modified, ordinal)))
  const rows = await query
    .orderBy('last_modified', 'desc')
    .orderBy('ordinal', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOf(rows, page.limit, projectFrom, row => [row.last_modified, row.ordinal])
}

async function listNodes(db: Db, projectId: string, page: PageRequest): Promise<Page<CanvasNode>> {
  const [after] = page.after ?? []
  let query = db
    .selectFrom('nodes')
    .leftJoin('assets', 'assets.id', 'nodes.asset_id')
    .selectAll('nodes')
    .select(['assets.media_token', 'assets.name as asset_name'])
    .where('nodes.project_id', '=', projectId)
  if (after !== undefined) query = query.where('nodes.ordinal', '<', after)
  const rows = await query
    .orderBy('nodes.ordinal', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOf(
    rows,
    page.limit,
    row => ({
      id: row.id,
      projectId: row.project_id,
      assetId: row.asset_id,
      type: row.type as NodeType, // written by save-asset alone
      label: row.label,
      width: row.width,
      height: row.height,
      actorKeyId: row.actor_key_id,
      createdAt: row.created_at,
      mediaToken: row.media_token,
      assetName: row.asset_name,
    }),
    row => [row.ordinal],
  )
}

const projectFrom = (row: Selectable<Tables['projects']>): Project => ({
  id: row.id,
  workspaceId: row.workspace_id,
  name: row.name,
  createdAt: row.created_at,
  lastModified: row.last_modified,
})
