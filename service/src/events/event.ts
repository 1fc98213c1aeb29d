// An event of the log: one change of an asset, in its place among the changes of its workspace.

export interface LoggedEvent {
  /** Its place in the workspace's log: from 1, without a gap. */
  seq: number
  id: string
  workspaceId: string
  type: string
  assetId: string | null
  attempt: number | null
  /** The key that caused it; null where time did. */
  actorKeyId: string | null
  data: Record<string, string | number | null>
  /** Unix milliseconds. */
  at: number
}
