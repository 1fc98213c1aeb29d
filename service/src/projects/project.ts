// A project: a canvas that assets are put on as nodes.
import type { PlacedNode } from '../assets/placement.ts'
import type { Clock } from '../ground/clock.ts'
import type { Ids } from '../ground/ids.ts'
import { label } from '../ground/label.ts'

export interface Project {
  id: string
  workspaceId: string
  name: string
  createdAt: number
  /** When the project was made or last had an asset attached. */
  lastModified: number
}

/** A node as the canvas shows it: its asset's media token is there while the asset is. */
export interface CanvasNode extends PlacedNode {
  mediaToken: string | null
  assetName: string | null
}

export const newProject = (
  ports: { clock: Clock; ids: Ids },
  input: { workspaceId: string; name: string },
): Project => {
  const now = ports.clock.now()
  return {
    id: ports.ids.id('prj'),
    workspaceId: input.workspaceId,
    name: label('name', input.name),
    createdAt: now,
    lastModified: now,
  }
}
