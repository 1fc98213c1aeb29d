// An event as programs outside see it.
import type { z } from 'zod'
import type { LoggedEvent } from '../events/event.ts'
import type { loggedEvent } from './event-schemas.ts'

export const presentEvent = (event: LoggedEvent): z.output<typeof loggedEvent> => ({
  id: event.id,
  seq: event.seq,
  type: event.type,
  created_at: event.at,
  workspace_id: event.workspaceId,
  asset_id: event.assetId,
  attempt: event.attempt,
  actor_key_id: event.actorKeyId,
  data: event.data,
})
