// GET /workspaces: the workspaces this key opens.
import { z } from 'zod'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { presentWorkspace } from '../present.ts'
import * as schemas from '../schemas.ts'
import { needsAny } from '../scopes.ts'

const schema = {
  tags: ['workspaces'],
  summary: 'List workspaces',
  description: 'A key opens one workspace.',
  response: {
    200: z.object({
      workspaces: z.array(
        z.object({
          workspace_id: schemas.id('ws_'),
          name: z.string(),
          role: z.literal('owner'),
          created_at: z.int().nullable().meta({ description: 'Unix milliseconds' }),
        }),
      ),
    }),
    ...schemas.errors(401, 403),
  },
}

export function listWorkspaces(app: App, deps: Deps): void {
  app.get('/workspaces', { schema, config: needsAny }, async request => {
    const workspace = await deps.workspaces.find(request.actor.workspaceId)
    return { workspaces: workspace === undefined ? [] : [presentWorkspace(workspace)] }
  })
}
