// The wire's shapes of the event log.
import { z } from 'zod'
import { ASSET_EVENT_TYPES } from '../assets/asset-event.ts'
import { id } from './schemas.ts'

export const loggedEvent = z.object({
  id: id('evt_'),
  seq: z.int().meta({ description: 'Its place in the log of the workspace: from 1, without a gap' }),
  type: z.string().meta({ examples: [...ASSET_EVENT_TYPES] }),
  created_at: z.int().meta({ description: 'Unix milliseconds' }),
  workspace_id: id('ws_'),
  asset_id: id('asset_').nullable(),
  attempt: z.int().nullable(),
  actor_key_id: z.string().nullable().meta({ description: 'The key that caused it; null where time did' }),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
})

const types = z
  .string()
  .transform(text => text.split(',').map(type => type.trim()))
  .pipe(
    z
      .array(
        z.enum(ASSET_EVENT_TYPES, {
          error: `must be a list of ${ASSET_EVENT_TYPES.join(', ')}, with commas`,
        }),
      )
      .min(1),
  )
  .optional()
  .meta({ description: 'Only these, with commas between them', example: 'asset.ready,asset.failed' })

const number = { error: 'must be the number of an event: a whole number, or 0' }

export const position = {
  after: z.coerce
    .number(number)
    .int(number)
    .min(0, number)
    .optional()
    .meta({ description: 'The number (`seq`) of the last event that was read' }),
  types,
}
