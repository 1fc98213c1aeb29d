// Rows for the tests of a contract, whatever database keeps them.
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { Asset } from '../../src/assets/asset.ts'
import type { Attempt } from '../../src/assets/attempt.ts'
import type { AssetRecords } from '../../src/assets/ports.ts'
import type { Project } from '../../src/projects/project.ts'
import type { Records } from '../../src/records/records.ts'
import type { Workspace } from '../../src/workspaces/workspace.ts'
import { attemptOf, projectOf, workspaceOf } from './specimens.ts'

/** What an adapter gives to be tested. */
export interface Installation {
  /** Opened over an installation that is empty. */
  records: Records
  /** Another adapter over the same rows, as a second process has; closed together with the first. */
  openAgain(): Promise<Records>
  close(): Promise<void>
}

export type OpenInstallation = () => Promise<Installation>

/** An empty installation for each test. */
export function useInstallation(open: OpenInstallation): Pick<Installation, 'records' | 'openAgain'> {
  let installation: Installation
  beforeEach(async () => {
    installation = await open()
  })
  afterEach(() => installation.close())
  return {
    get records() {
      return installation.records
    },
    openAgain: () => installation.openAgain(),
  }
}

/** One installation for all tests of a suite, and in it a workspace with a project for each: they never meet. */
export function useGarden(open: OpenInstallation) {
  let installation: Installation
  let workspace: Workspace
  let project: Project
  beforeAll(async () => {
    installation = await open()
  })
  beforeEach(async () => {
    workspace = await addWorkspace(installation.records)
    project = await addProject(installation.records, workspace.id)
  })
  afterAll(() => installation.close())
  return {
    get records() {
      return installation.records
    },
    get assets() {
      return installation.records.assets
    },
    get workspaceId() {
      return workspace.id
    },
    get projectId() {
      return project.id
    },
    openAgain: () => installation.openAgain(),
  }
}

export async function addWorkspace(records: Records): Promise<Workspace> {
  const workspace = workspaceOf()
  await records.workspaces.insert(workspace)
  return workspace
}

export async function addProject(records: Records, workspaceId: string): Promise<Project> {
  const project = projectOf(workspaceId)
  await records.projects.insert(project)
  return project
}

/** Writes the asset as new, with its current attempt. */
export async function plant<A extends Asset>(
  assets: AssetRecords,
  asset: A,
  attempt: Attempt = attemptOf(asset),
): Promise<A> {
  const outcome = await assets.save({ asset: { after: asset }, attempts: [{ after: attempt }], events: [] })
  if (outcome !== 'saved') throw new Error(`a new asset was ${outcome}`)
  return asset
}
