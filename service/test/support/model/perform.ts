// An action carried out, with or without a fault on its way, and the promises checked after it.
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { LEASE_MS } from '../../../src/assets/attempt.ts'
import { findProgress } from '../../../src/assets/resumable/progress.ts'
import { Refusal } from '../../../src/ground/errors.ts'
import { contentOf } from '../blobs.ts'
import { type Fault, isCrash } from '../faults/faults.ts'
import { type Action, Cut, type Plan } from './action.ts'
import {
  GONE,
  isAlive,
  type Model,
  type ModelAsset,
  modelOf,
  offsetIn,
  type Seen,
  seen,
  seenOf,
  shaOf,
  takesBytes,
  thereIn,
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
  await settle(world, model, { plan, isSure: !isMet || answer === 'done' })
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
    const allowed = allowedFor(asset, plan, isSure)
    const actual = upload === undefined ? GONE : seen(upload)
    assert.ok(
      allowed.some(one => isDeepStrictEqual(one, actual)),
      `${asset.id} is ${show(actual)} and may be ${allowed.map(show).join(' or ')}`,
    )
    if (upload !== undefined && actual.attempt > asset.attempt) asset.tickets.push(ticketOf(upload))
    Object.assign(asset, actual, upload && { expiresAt: upload.attempt.expiresAt })
    if (upload?.asset.status === 'ready') await checkBytes(world, asset, upload.asset.blobKey)
    if (takesBytes(asset, model.now)) await checkOffset(world, asset)
  }
  await checkTenant(world, model)
}

function allowedFor(asset: ModelAsset, { after, onTheWay }: Plan, isSure: boolean): Seen[] {
  const planned = after.get(asset) ?? [seenOf(asset)]
  return isSure ? planned : [...planned, seenOf(asset), ...(onTheWay?.get(asset) ?? [])]
}

const show = (one: Seen): string => JSON.stringify(one)

async function checkOffset({ ports }: ModelWorld, asset: ModelAsset): Promise<void> {
  const [ticket] = asset.tickets.slice(-1)
  const offset = ticket && (await findProgress(ports, ticket)).offset
  assert.equal(offset, offsetIn(asset), `${asset.id} is at another offset`)
}

async function checkBytes(world: ModelWorld, asset: ModelAsset, blobKey: string): Promise<void> {
  const bytes = await contentOf(world.ports.blobs, blobKey, asset.sizeBytes ?? 0)
  assert.equal(shaOf(bytes), asset.sha256, `${asset.id} is served with other bytes`)
}

/** The list shows all there is, the canvas every node that was answered, and the counts what the rows say. */
async function checkTenant({ ports }: ModelWorld, model: Model): Promise<void> {
  const { workspaceId } = model.actor
  const page = await ports.assets.list({ workspaceId }, PAGE)
  const there = thereIn(model)
  assert.deepEqual(
    page.items.map(({ asset }) => [asset.id, asset.status]).reverse(),
    there.map(({ id, status }) => [id, status]),
  )
  const { items } = await ports.projects.nodes(model.projectId, PAGE)
  const nodes = new Map(items.map(node => [node.id, node.mediaToken === null ? null : node.assetId]))
  for (const { id, status, nodeIds } of model.assets)
    for (const node of nodeIds) assert.equal(nodes.get(node), status === 'gone' ? null : id)
  const weighty = model.assets.filter(asset => asset.status === 'ready' || asset.state === 'received')
  assert.deepEqual(await ports.assets.usage(workspaceId), {
    quotaBytes: null,
    usedBytes:
      sum(weighty.map(({ sizeBytes }) => sizeBytes)) + sum(there.map(({ partial }) => partial?.sizeBytes)),
    openAttempts: model.assets.filter(isAlive).length,
  })
  assert.equal(await ports.assets.count(workspaceId), there.length)
}

const sum = (numbers: (number | null | undefined)[]): number =>
  numbers.reduce<number>((all, n) => all + (n ?? 0), 0)
