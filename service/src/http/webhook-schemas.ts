// The wire's shapes of webhooks.
import { z } from 'zod'
import { ASSET_EVENT_TYPES } from '../assets/asset-event.ts'
import { id } from './schemas.ts'

export const webhookId = z
  .string()
  .regex(/^whk_\S+$/, { error: 'must start with whk_, followed by the id' })
  .max(128)
export const deliveryId = z
  .string()
  .regex(/^whd_\S+$/, { error: 'must start with whd_, followed by the id' })
  .max(128)

export const types = z
  .array(z.enum(ASSET_EVENT_TYPES, { error: `must be of ${ASSET_EVENT_TYPES.join(', ')}` }))
  .min(1, { error: 'must have a type, or be left out for all of them' })

export const webhook = z.object({
  webhook_id: id('whk_'),
  workspace_id: id('ws_'),
  url: z.string(),
  types: z.array(z.string()).nullable().meta({ description: 'Null for all' }),
  status: z.enum(['enabled', 'failing', 'disabled']),
  disabled_reason: z.string().nullable(),
  told_up_to: z.int().meta({ description: 'The number (`seq`) of the last event that is settled' }),
  created_at: z.int().meta({ description: 'Unix milliseconds' }),
})

export const withSecret = webhook.extend({
  secret: z
    .string()
    .meta({ description: 'Told once; its text is the key of the signature', example: 'whsec_…' }),
})

export const delivery = z.object({
  delivery_id: id('whd_'),
  webhook_id: id('whk_'),
  event_id: id('evt_'),
  seq: z.int(),
  type: z.string(),
  state: z.enum(['delivered', 'retrying', 'failed']),
  tries: z.int(),
  first_at: z.int(),
  last_at: z.int(),
  next_at: z.int().nullable(),
  status: z.int().nullable().meta({ description: 'What the endpoint answered last; null where it did not' }),
  error: z.string().nullable(),
})
