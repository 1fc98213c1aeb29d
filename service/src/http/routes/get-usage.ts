// GET /workspaces/{workspace_id}/usage: what a workspace takes up, and what it may.
import { z } from 'zod'
import { usageFor } from '../../workspaces/usage.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { presentUsage } from '../present-admin.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'

const schema = {
  tags: ['workspaces'],
  summary: "Retrieve a workspace's usage",
  description: 'Of the workspace that the key opens; with the scope `admin` of any.',
  params: z.object({ workspace_id: schemas.workspaceId }),
  response: {
    200: z.object({
      workspace_id: schemas.id('ws_'),
      assets: z.int().meta({ description: 'In any state' }),
      bytes: z.int().meta({
        description: 'Those of ready assets, and what has arrived of uploads that can still be completed',
      }),
      open_uploads: z.int().meta({ description: 'Uploads that can still be completed' }),
      quota_bytes: z.int().nullable().meta({ description: 'The most `bytes` may be; null for no bound' }),
      remaining_bytes: z.int().nullable().meta({ description: 'Null for no bound' }),
    }),
    ...schemas.errors(400, 401, 403, 404),
  },
}

export function getUsage(app: App, deps: Deps): void {
  const config = needs('assets:read', 'admin')
  app.get('/workspaces/:workspace_id/usage', { schema, config }, async request =>
    presentUsage(await usageFor(deps, request.actor, request.params.workspace_id)),
  )
}
