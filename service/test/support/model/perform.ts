// An action carried out, with or without a fault on its way, and the promises checked after it.
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { LEASE_MS } from '../../../src/assets/attempt.ts'
import { Refusal } from '../../../src/ground/errors.ts'
import { contentOf } from '../blobs.ts'
import { type Fault, isCrash } from '../faults/faults.ts'
import { type Action, Cut, type Plan } from './actions.ts'
import {
  isAlive,
  type Model,
  type ModelAsset,
  modelOf,
  type Seen,
  seen,
  seenOf,
  shaOf,
  ticketOf,
} from './model.ts'
import type { ModelWorld } from './world.ts'

const PAGE = { limit: 100 }

export async function perform(world: ModelWorld, model: Model, action: Action): Promise<void> {
  const plan = action.plan(model)
  const answer = await answerTo(plan, world)
  assert.equal(answer, plan.answer, `${action.title} was answered ${answer}`)
  await settle(world, model, { plan, isSure: true })
}

/** The n-th call to the servants fails; where the fault is a crash the process ends there. */
export async function performFailing(
  world: ModelWorld,
  model: Model,
  { action, fault, n }: { action: Action; fault: Fault; n: number },
): Promise<void> {
  const plan = action.plan(model)
  const { faults } = world
  faults.arm(fault, n)
  const answer = await answerTo(plan, world)
  const isMet = faults.disarm() !== undefined
  if (!isMet || !isCrash(fault))
    assert.ok([plan.answer, ...(isMet ? ['service_unavailable'] : [])].includes(answer), answer)
  if (isMet && isCrash(fault)) world.crash()
  if (isMet) for (const asset of model.assets) asset.perhapsHeldUntil = model.now + LEASE_MS
  await adoptUnanswered(world, model)
  await settle(world, model, { plan, isSure: answer === 'done' || !isMet })
}

async function answerTo(plan: Plan, world: ModelWorld): Promise<string> {
  try {
    await plan.call(world)
    return 'done'
  } catch (error) {
    if (error instanceof Cut) return 'cut'
    if (error instanceof Refusal) return error.code
    return String(error)
  }
}

/** A reservation that was never answered may stand there all the same. */
async function adoptUnanswered(world: ModelWorld, model: Model): Promise<void> {
  const { items } = await world.ports.assets.list({ workspaceId: model.actor.workspaceId }, PAGE)
  const known = new Set(model.assets.map(({ id }) => id))
  for (const { asset } of items.filter(item => !known.has(item.asset.id))) {
    const upload = await world.ports.assets.findUpload(asset.id)
    if (upload !== undefined) model.assets.push(modelOf(upload))
  }
}

/** Each asset must be as the plan has it, or as it was where no answer made that sure; the model goes on from there. */
async function settle(
  world: ModelWorld,
  model: Model,
  { plan, isSure }: { plan: Plan; isSure: boolean },
): Promise<void> {
  for (const asset of model.assets) {
    const upload = await world.ports.assets.findUpload(asset.id)
    if (upload === undefined) throw new Error(`${asset.id} is gone`)
    const planned = plan.after.get(asset)
    const allowed = [...(planned ?? []), ...(planned === undefined || !isSure ? [seenOf(asset)] : [])]
    const actual = seen(upload)
    assert.ok(
      allowed.some(one => isDeepStrictEqual(one, actual)),
      `${asset.id} is ${show(actual)} and may be ${allowed.map(show).join(' or ')}`,
    )
    if (actual.attempt > asset.attempt) asset.tickets.push(ticketOf(upload))
    Object.assign(asset, actual, { expiresAt: upload.attempt.expiresAt })
    if (upload.asset.status === 'ready') await checkBytes(world, asset, upload.asset.blobKey)
  }
  await checkTenant(world, model)
}

const show = (one: Seen): string => JSON.stringify(one)

async function checkBytes(world: ModelWorld, asset: ModelAsset, blobKey: string): Promise<void> {
  const bytes = await contentOf(world.ports.blobs, blobKey, asset.sizeBytes ?? 0)
  assert.equal(shaOf(bytes), asset.sha256, `${asset.id} is served with other bytes`)
}

/** The list shows all there is, the canvas every node that was answered, and the counts what the rows say. */
async function checkTenant({ ports }: ModelWorld, model: Model): Promise<void> {
  const { workspaceId } = model.actor
  const page = await ports.assets.list({ workspaceId }, PAGE)
  assert.deepEqual(
    page.items.map(({ asset }) => [asset.id, asset.status]).reverse(),
    model.assets.map(({ id, status }) => [id, status]),
  )
  const nodes = new Map(
    (await ports.projects.nodes(model.projectId, PAGE)).items.map(node => [node.id, node.assetId]),
  )
  for (const { id, nodeIds } of model.assets) for (const node of nodeIds) assert.equal(nodes.get(node), id)
  const weighty = model.assets.filter(asset => asset.status === 'ready' || asset.state === 'received')
  assert.deepEqual(await ports.assets.usage(workspaceId), {
    quotaBytes: null,
    usedBytes: weighty.reduce((sum, asset) => sum + (asset.sizeBytes ?? 0), 0),
    openAttempts: model.assets.filter(isAlive).length,
  })
  assert.equal(await ports.assets.count(workspaceId), model.assets.length)
}
