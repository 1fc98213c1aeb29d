// GET /assets: the workspace's assets, newest first.
import { z } from 'zod'
import { MAX_PAIRS } from '../../assets/describe.ts'
import { listAssets as list } from '../../assets/find.ts'
import { folder } from '../../assets/folder.ts'
import { ALLOWED_TYPES } from '../../assets/media-type.ts'
import type { AssetFilter } from '../../assets/ports.ts'
import { invalidField } from '../../ground/errors.ts'
import type { App } from '../app.ts'
import { cursorFor, readCursor } from '../cursors.ts'
import type { Deps } from '../deps.ts'
import { presentListed } from '../present.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'

const KINDS = { image: 'image/', video: 'video/', audio: 'audio/', pdf: 'application/pdf' }

const query = schemas.pageQuery
  .extend({
    workspace_id: schemas.workspaceId.optional().meta({ description: "Default: the key's workspace" }),
    project_id: schemas.projectId
      .optional()
      .meta({ description: "On this project's canvas, or bound for it" }),
    query: z.string().max(255).optional().meta({ description: 'A substring of the name, whatever its case' }),
    status: schemas.status.optional(),
    type: z
      .enum([...Object.keys(KINDS), ...ALLOWED_TYPES])
      .optional()
      .meta({ description: 'A kind (image, video, audio, pdf) or a media type' }),
    folder: z.string().max(2048).optional().meta({ description: 'Exactly this folder' }),
  })
  .loose()

const schema = {
  tags: ['assets'],
  summary: 'List assets',
  description: 'Newest first. `metadata.KEY=value` finds the assets whose metadata has that pair.',
  querystring: query,
  response: {
    200: z.object({ assets: z.array(schemas.assetListItem), meta: schemas.meta }),
    ...schemas.errors(400, 401, 403),
  },
}

export function listAssets(app: App, deps: Deps): void {
  app.get('/assets', { schema, config: needs('assets:read') }, async request => {
    const { limit, cursor } = request.query
    const filter = filterOf(request.query, request.actor.workspaceId)
    const listing = { route: 'assets', ...filter }
    const after = await readCursor(deps.signing.cursors, listing, cursor)
    const page = await list(deps, request.actor, { filter, page: { limit, after } })
    const urls = deps.urls.for(request.actor)
    return {
      assets: page.items.map(item => presentListed(urls, item)),
      meta: {
        next_cursor: cursorFor(deps.signing.cursors, listing, page),
        total_estimate: page.totalEstimate,
      },
    }
  })
}

const filterOf = (asked: z.output<typeof query>, ownWorkspaceId: string): AssetFilter => ({
  workspaceId: asked.workspace_id ?? ownWorkspaceId,
  query: asked.query,
  projectId: asked.project_id,
  status: asked.status,
  type: asked.type === undefined ? undefined : (KINDS[asked.type as keyof typeof KINDS] ?? asked.type),
  folder: asked.folder === undefined ? undefined : folder(asked.folder),
  metadata: metadataIn(asked),
})

function metadataIn(asked: Record<string, unknown>): Record<string, string> | undefined {
  const pairs = Object.entries(asked)
    .filter(([name]) => name.startsWith('metadata.'))
    .sort(([a], [b]) => (a < b ? -1 : 1)) // a cursor is good for the same pairs in any order
  if (pairs.length === 0) return undefined
  if (pairs.length > MAX_PAIRS) throw invalidField('metadata', `must have at most ${MAX_PAIRS} pairs`)
  return Object.fromEntries(
    pairs.map(([name, value]) => {
      if (typeof value !== 'string') throw invalidField(name, 'must be given once')
      return [name.slice('metadata.'.length), value]
    }),
  )
}
