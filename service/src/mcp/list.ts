// `list`: a page of the assets that fit.
import { z } from 'zod'
import { folder, listedAsset, metadata, presentListed, projectId, status } from './shapes.ts'
import { createTool } from './tool.ts'

export const list = createTool({
  name: 'list',
  title: 'List assets',
  description:
    'Finds assets of the workspace, newest first, by name, type, status, folder, project or metadata. Where next_cursor is not null there are more: call again with it as cursor, and with the same filters.',
  input: z.strictObject({
    query: z.string().max(255).optional().describe('A part of the name, whatever its case'),
    type: z.string().optional().describe('image, video, audio, pdf, or a media type such as image/png'),
    status: status.optional(),
    folder: folder.optional().describe('Exactly this folder'),
    project_id: projectId.optional().describe("On this project's canvas, or bound for it"),
    metadata: metadata.optional().describe('Pairs that the asset has'),
    limit: z.int().min(1).max(100).default(20).describe('Assets a page'),
    cursor: z.string().max(512).optional().describe('next_cursor of the page before'),
  }),
  output: z.object({
    assets: z.array(listedAsset),
    next_cursor: z.string().nullable(),
    total_estimate: z.int().nullable(),
  }),
  hints: { readOnlyHint: true, idempotentHint: true },
  run: async ({ client, workspaceId }, { project_id, limit, ...filters }) => {
    const { assets, meta } = await client.listPage({
      ...filters,
      workspaceId,
      projectId: project_id,
      pageSize: limit,
    })
    return {
      assets: assets.map(presentListed),
      next_cursor: meta.next_cursor,
      total_estimate: meta.total_estimate ?? null,
    }
  },
})
