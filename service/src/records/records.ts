// Every table of one installation, behind the nouns' ports.
import type { AssetRecords } from '../assets/ports.ts'
import type { EventRecords } from '../events/ports.ts'
import type { JobRecords } from '../ground/job.ts'
import type { RequestRecords } from '../ground/request-record.ts'
import type { KeyRecords } from '../keys/ports.ts'
import type { ProjectRecords } from '../projects/ports.ts'
import type { ServerRecords } from '../servers/ports.ts'
import type { UpkeepRecords } from '../upkeep/ports.ts'
import type { WebhookRecords } from '../webhooks/ports.ts'
import type { WorkspaceRecords } from '../workspaces/ports.ts'

export interface Records extends RequestRecords {
  workspaces: WorkspaceRecords
  keys: KeyRecords
  projects: ProjectRecords
  assets: AssetRecords
  events: EventRecords
  webhooks: WebhookRecords
  jobs: JobRecords
  servers: ServerRecords
  upkeep: UpkeepRecords
  /** Throws `unavailable` when rows cannot be read. */
  check(): Promise<void>
  close(): Promise<void>
}
