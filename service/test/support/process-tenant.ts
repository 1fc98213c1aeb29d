// Whoever uses a server in a process of its own: the first key, and the official client with it.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { FLORA } from '@flora-ai/flora'
import type { RunningProcess } from './start-process.ts'

export interface ProcessTenant {
  apiKey: string
  workspaceId: string
  projectId: string
  client: FLORA
}

/** Reads the first key from the data folder; throws where the server printed it instead. */
export async function firstTenant(
  server: Pick<RunningProcess, 'dataDir' | 'origin'>,
): Promise<ProcessTenant> {
  const apiKey = (await readFile(path.join(server.dataDir, 'first-key.txt'), 'utf8')).trim()
  const client = clientOf(server, apiKey)
  const [workspace] = (await client.workspaces.list()).workspaces
  const workspaceId = workspace?.workspace_id ?? ''
  const [project] = (await client.projects.list({ workspace_id: workspaceId })).projects
  return { apiKey, workspaceId, projectId: project?.project_id ?? '', client }
}

/** The official client; it does not retry, so that a test sees every answer. */
export const clientOf = (server: { origin: string }, apiKey: string): FLORA =>
  new FLORA({ apiKey, baseURL: `${server.origin}/api/v1`, maxRetries: 0 })
