// `complete`: the bytes are there, have them judged.
import { HerbariumError } from '@herbarium/client'
import { z } from 'zod'
import { asset, assetId, presentAsset } from './shapes.ts'
import { createTool } from './tool.ts'

/** Clients give a call a minute unless they are told otherwise. */
const WAIT_SECONDS = 40

export const complete = createTool({
  name: 'complete',
  title: 'Complete an upload',
  description:
    'Call it once the bytes of a reserved asset have been sent: they are looked at, and the asset becomes ready, with a URL that serves it for good, or it is refused with the reason. An answer with status pending_upload means that looking takes longer: call it again. Calling it twice does no harm.',
  input: z.strictObject({ asset_id: assetId }),
  output: asset,
  hints: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
  run: async ({ client }, { asset_id }, { signal }) => {
    const options = { signal, timeoutSeconds: WAIT_SECONDS }
    const judged = await client.complete({ asset_id }, options).catch(async error => {
      if (error instanceof HerbariumError && error.code === 'timeout') return client.get(asset_id)
      throw error
    })
    return presentAsset(judged)
  },
})
