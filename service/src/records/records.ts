// Every table of one installation, behind the nouns' ports.
import type { AssetRecords } from '../assets/ports.ts'
import type { EventRecords } from '../events/ports.ts'
import type { JobRecords } from '../ground/job.ts'
import type { RequestRecords } from '../ground/request-record.ts'
import type { KeyRecords } from '../keys/ports.ts'
import type { ProjectRecords } from '../projects/ports.ts'
import type { SecretRecords } from '../secrets/ports.ts'
import type { ServerRecords } from '../servers/ports.ts'
import type { UpkeepRecords } from '../upkeep/ports.ts'
import type { WebhookRecords } from '../webhooks/ports.ts'
import type { WorkspaceRecords } from '../workspaces/ports.ts'

/** Connections that are open, those of them that nobody uses, and callers that wait for one. */
export interface ConnectionUse {
  open: number
  idle: number
  waiting: number
}

export interface Records extends RequestRecords {
  workspaces: WorkspaceRecords
  keys: KeyRecords
  projects: ProjectRecords
  assets: AssetRecords
  events: EventRecords
  webhooks: WebhookRecords
  jobs: JobRecords
  servers: ServerRecords
  secrets: SecretRecords
  upkeep: UpkeepRecords
  /** Only of a database that is reached by connections. */
  connections?(): ConnectionUse
  /** Throws `unavailable` when rows cannot be read. */
  check(): Promise<void>
  close(): Promise<void>
}
