// What the routes are given: the ports of every noun, and what only a door knows.
import type { CompletePorts } from '../assets/complete.ts'
import type { DerivativePorts } from '../assets/derivatives/derivative.ts'
import type { Preset } from '../assets/derivatives/recipe.ts'
import type { Ports } from '../assets/ports.ts'
import type { SigningKeys } from '../ground/keyring.ts'
import type { News } from '../ground/news.ts'
import type { LastUsed } from '../keys/last-used.ts'
import type { KeyRecords } from '../keys/ports.ts'
import type { ProjectRecords } from '../projects/ports.ts'
import type { WebhookPorts } from '../webhooks/ports.ts'
import type { WorkspaceRecords } from '../workspaces/ports.ts'
import type { Deliver } from './delivery/deliver.ts'
import type { IdempotencyPorts } from './idempotency.ts'
import type { Urls } from './urls.ts'

export interface Deps extends Ports, CompletePorts, DerivativePorts, IdempotencyPorts, WebhookPorts {
  workspaces: WorkspaceRecords
  keys: KeyRecords
  lastUsed: LastUsed
  projects: ProjectRecords
  news: News
  urls: Urls
  signing: SigningKeys
  deliver: Deliver
  mediaCacheSeconds: number
  /** By name. */
  presets: Map<string, Preset>
  /** Throws `unavailable` while rows or bytes cannot be reached. */
  checkReady(): Promise<void>
}
