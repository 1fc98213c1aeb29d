// What servers ask of the rows.
import type { SaveOutcome } from '../ground/save-outcome.ts'
import type { Server } from './server.ts'

export interface ServerRecords {
  /**
   * Says that the server is alive, for the first time or again, and forgets those that are dead at `now`. `stale`, with
   * nothing written, where another that is alive at `now` has its bytes in another store: of two that come at once one
   * is refused.
   */
  saveAlive(server: Server, now: number): Promise<Exclude<SaveOutcome, 'already_answered'>>
  remove(serverId: string): Promise<void>
  /** Those alive at `now`, the oldest first. */
  listAlive(now: number): Promise<Server[]>
}
