// What a workspace takes up, by the counters that its writes keep.
import type { Caller } from '../ground/actor.ts'
import { foreignWorkspace } from '../ground/errors.ts'
import { hasScope } from '../ground/scope.ts'
import { findWorkspace } from './find.ts'
import type { Counters, WorkspaceRecords } from './ports.ts'

export interface WorkspaceUsage {
  workspaceId: string
  /** Of any state. */
  assets: number
  /** What the quota is held against: those of ready assets, and what has arrived of uploads that can still win. */
  bytes: number
  openUploads: number
  quotaBytes: number | null
  /** Null for no bound. */
  remainingBytes: number | null
}

interface UsagePorts {
  workspaces: Pick<WorkspaceRecords, 'find'>
  assets: Counters
}

/** Throws `forbidden` for another workspace than the caller's, there or not, unless an operator asks. */
export async function usageFor(
  ports: UsagePorts,
  caller: Caller,
  workspaceId: string,
): Promise<WorkspaceUsage> {
  if (workspaceId !== caller.workspaceId && !hasScope(caller.scopes, 'admin')) throw foreignWorkspace()
  return usageOf(ports, workspaceId)
}

export async function usageOf(ports: UsagePorts, workspaceId: string): Promise<WorkspaceUsage> {
  const [{ quotaBytes }, assets, { usedBytes, openAttempts }] = await Promise.all([
    findWorkspace(ports, workspaceId),
    ports.assets.count(workspaceId),
    ports.assets.usage(workspaceId),
  ])
  return {
    workspaceId,
    assets,
    bytes: usedBytes,
    openUploads: openAttempts,
    quotaBytes,
    remainingBytes: quotaBytes === null ? null : Math.max(0, quotaBytes - usedBytes),
  }
}
