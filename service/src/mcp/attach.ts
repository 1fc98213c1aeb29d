// `attach`: a ready asset onto a project's canvas.
import { z } from 'zod'
import { assetId, projectId } from './shapes.ts'
import { createTool } from './tool.ts'

export const attach = createTool({
  name: 'attach',
  title: 'Attach an asset to a project',
  description:
    'Puts a ready asset on the canvas of a project of the same workspace. Each call makes another node there, so do not repeat one that has succeeded. An upload that is given project_id is attached by itself.',
  input: z.strictObject({ project_id: projectId, asset_id: assetId }),
  output: z.object({
    project_id: z.string(),
    asset_id: z.string(),
    node_id: z.string(),
    canvas_url: z.string(),
  }),
  hints: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
  run: ({ client }, { project_id, asset_id }) => client.attach(project_id, asset_id),
})
