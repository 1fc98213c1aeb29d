// Runs of the model: random histories against the real verbs, each for a tenant of its own.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { randomIds } from '../../../src/ground/ids.ts'
import { createProject } from '../../../src/projects/create.ts'
import { createWorkspace } from '../../../src/workspaces/create.ts'
import { brokenPromises } from '../folder-facts.ts'
import { completeAsset, retryAsset, uploadWhole } from './actions.ts'
import { commandsOf } from './commands.ts'
import { type Model, thereIn } from './model.ts'
import { perform } from './perform.ts'
import { appendPart } from './tus-actions.ts'
import { type ModelWorld, openModelWorld } from './world.ts'

export interface ModelRuns {
  runs: number
  /** The most commands of one run. */
  commands: number
  /** To run one history again. */
  seed?: number | undefined
}

export interface ModelReport {
  runs: number
  commands: number
}

/** Throws with the shortest history it finds that breaks a promise. */
export async function runModel({ runs, commands, seed }: ModelRuns): Promise<ModelReport> {
  const world = await openModelWorld()
  const report = { runs: 0, commands: 0 }
  try {
    await fc.assert(
      fc.asyncProperty(commandsOf(commands), async history => {
        const model = await newTenant(world)
        await fc.asyncModelRun(async () => ({ model, real: world }), history)
        await finishAll(world, model)
        report.runs++
        report.commands += [...history].length
      }),
      { numRuns: runs, ...(seed === undefined ? {} : { seed }) },
    )
    assert.deepEqual(await brokenPromises(world.dataDir), [])
    return report
  } finally {
    await world.close()
  }
}

async function newTenant(world: ModelWorld): Promise<Model> {
  const { clock } = world.ports
  const ports = {
    workspaces: world.records().workspaces,
    projects: world.ports.projects,
    clock,
    ids: randomIds,
  }
  const { id: workspaceId } = await createWorkspace(ports, { name: 'model' })
  const actor = { keyId: randomIds.id('key'), workspaceId, mode: 'live' as const }
  const project = await createProject(ports, actor, { workspaceId, name: 'model' })
  return { actor, projectId: project?.id ?? '', now: clock.now(), faulty: new Set(), assets: [] }
}

/** Whatever happened, three calls make an asset ready. */
async function finishAll(world: ModelWorld, model: Model): Promise<void> {
  for (const [index, asset] of thereIn(model).entries()) {
    if (asset.status === 'ready') continue
    await perform(world, model, retryAsset(index))
    const isCarried = asset.partial !== null
    await perform(world, model, isCarried ? appendPart(index, { share: 1 }) : uploadWhole(index, true))
    await perform(world, model, completeAsset(index, 1))
    assert.equal(asset.status, 'ready')
  }
}
