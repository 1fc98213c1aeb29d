// `retry`: a fresh upload URL for an asset that has no bytes yet, or whose bytes were refused.
import { z } from 'zod'
import { presentReservation, reservation } from './reservation.ts'
import { assetId } from './shapes.ts'
import { createTool } from './tool.ts'

export const retry = createTool({
  name: 'retry',
  title: 'Retry an upload',
  description:
    'Gives a fresh upload URL for an asset whose upload failed, expired or is still pending; id and final URL stay, upload URLs from before are dead. Have bytes sent there, of the file_size and sha256 that were promised if any were, then call "complete". A ready asset cannot be retried: its bytes never change.',
  input: z.strictObject({ asset_id: assetId }),
  output: reservation,
  hints: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
  run: async ({ client }, { asset_id }) => {
    const renewed = await client.retry(asset_id)
    const name = await client.get(asset_id).then(
      it => it.name,
      () => null, // a key may renew what it may not read; the line does without the name
    )
    return presentReservation(renewed, name ?? undefined)
  },
})
