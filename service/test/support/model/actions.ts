// What a client, the clock or the sweep may do, each with what the model expects of it.
import { complete } from '../../../src/assets/complete.ts'
import { ABANDONED_AFTER_MS } from '../../../src/assets/expire.ts'
import { receive } from '../../../src/assets/receive.ts'
import { reserve } from '../../../src/assets/reserve.ts'
import { retry } from '../../../src/assets/retry.ts'
import type { Ticket } from '../../../src/assets/ticket.ts'
import { type ErrorCode, Refusal } from '../../../src/ground/errors.ts'
import { sweep } from '../../../src/jobs/sweep.ts'
import { attach } from '../../../src/projects/attach.ts'
import { wavOf } from '../samples.ts'
import { type Model, type ModelAsset, modelOf, type Seen, seenOf, shaOf, takesBytes } from './model.ts'
import type { ModelWorld } from './world.ts'

/** One thing that may happen. To have the model do more, write another and name it in `commands.ts`. */
export interface Action {
  title: string
  /** False where it cannot happen now. */
  fits(model: Model): boolean
  plan(model: Model): Plan
}

export interface Plan {
  /** What it is answered; `cut` where the client itself broke off. */
  answer: 'done' | 'cut' | ErrorCode
  /** What each asset may be afterwards; one that is not named stays as it is. */
  after: Map<ModelAsset, Seen[]>
  /** Notes in the model what only an answer tells. */
  call(world: ModelWorld): Promise<unknown>
}

/** A client's broken connection. */
export class Cut extends Error {}

let nonce = 0
const goodBytes = (): Buffer => wavOf(2000, ++nonce)
const badBytes = (): Buffer => Buffer.from(`plain words, ${++nonce}`)

const hasAssets = (model: Model): boolean => model.assets.length > 0

function chosen(model: Model, index: number): ModelAsset {
  const asset = model.assets[index % model.assets.length]
  if (asset === undefined) throw new Error('there is no asset to choose')
  return asset
}

const onAsset = (title: string, index: number, plan: (asset: ModelAsset, model: Model) => Plan): Action => ({
  title: `${title} #${index}`,
  fits: hasAssets,
  plan: model => plan(chosen(model, index), model),
})

const refused = (answer: Plan['answer'], call: Plan['call']): Plan => ({ answer, after: new Map(), call })

const withBytes = (asset: ModelAsset, bytes: Buffer): Seen => ({
  ...seenOf(asset),
  state: 'received',
  sha256: shaOf(bytes),
  sizeBytes: bytes.length,
})

async function* pieces(bytes: Buffer, isCut = false): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, bytes.length >> 1)
  if (isCut) throw new Cut('the client broke off')
  yield bytes.subarray(bytes.length >> 1)
}

const send = ({ ports }: ModelWorld, ticket: Ticket | undefined, bytes: AsyncIterable<Uint8Array>) => {
  if (ticket === undefined) throw new Error('an asset has no ticket')
  return receive(ports, { ticket, transport: 'put', bytes })
}

export const reserveAsset = (): Action => ({
  title: 'reserve',
  fits: () => true,
  plan: model => ({
    answer: 'done',
    after: new Map(),
    call: async ({ ports }) => {
      const upload = await reserve(ports, model.actor, { workspaceId: model.actor.workspaceId, said: {} })
      if (upload === undefined) throw new Error('nobody else had this request')
      model.assets.push(modelOf(upload))
    },
  }),
})

export const uploadWhole = (index: number, isGood: boolean): Action =>
  onAsset(isGood ? 'upload' : 'upload words', index, (asset, model) => {
    const bytes = isGood ? goodBytes() : badBytes()
    if (!isGood) model.faulty.add(shaOf(bytes))
    const call: Plan['call'] = world => send(world, asset.tickets.at(-1), pieces(bytes))
    if (!takesBytes(asset, model.now)) return refused('forbidden', call)
    return { answer: 'done', after: new Map([[asset, [withBytes(asset, bytes)]]]), call }
  })

export const uploadCut = (index: number): Action =>
  onAsset('upload, cut short,', index, (asset, model) =>
    refused(takesBytes(asset, model.now) ? 'cut' : 'forbidden', world =>
      send(world, asset.tickets.at(-1), pieces(goodBytes(), true)),
    ),
  )

export const uploadByOldTicket = (index: number): Action => ({
  ...onAsset('upload by an old ticket', index, asset =>
    refused('forbidden', world => send(world, asset.tickets[0], pieces(goodBytes()))),
  ),
  fits: model => hasAssets(model) && chosen(model, index).tickets.length > 1,
})

/** Waits for all; one at least must succeed, and who loses is told of a conflict or a dead ticket. */
async function atOnce(begun: Promise<unknown>[]): Promise<void> {
  const ends = await Promise.allSettled(begun)
  const lost = ends.flatMap(end => (end.status === 'rejected' ? [end.reason] : []))
  const isLoss = (reason: unknown) =>
    reason instanceof Refusal && (reason.code === 'conflict' || reason.code === 'forbidden')
  const unexpected = lost.find(reason => !isLoss(reason))
  if (unexpected !== undefined || lost.length === begun.length) throw unexpected ?? lost[0]
}

/** Two at once: one at least is stored, and it is whole. */
export const uploadTwice = (index: number): Action =>
  onAsset('upload twice at once', index, (asset, model) => {
    const both = [goodBytes(), goodBytes()]
    const call: Plan['call'] = world =>
      atOnce(both.map(bytes => send(world, asset.tickets.at(-1), pieces(bytes))))
    if (!takesBytes(asset, model.now)) return refused('forbidden', call)
    return { answer: 'done', after: new Map([[asset, both.map(bytes => withBytes(asset, bytes))]]), call }
  })

export const completeAsset = (index: number, times: number): Action =>
  onAsset(times === 1 ? 'complete' : 'complete twice at once', index, (asset, model) => {
    const call: Plan['call'] = async ({ ports }) => {
      const begun = Array.from({ length: times }, () => complete(ports, model.actor, asset.id))
      await Promise.allSettled(begun) // none goes on behind the next action
      await Promise.all(begun)
    }
    if (asset.status !== 'pending_upload') return { answer: 'done', after: new Map(), call }
    if (asset.state !== 'received') return refused('conflict', call)
    const settled = settledOf(model, asset)
    return { answer: 'done', after: new Map([[asset, [settled]]]), call }
  })

/** What the gate makes of received bytes. */
const settledOf = (model: Model, received: Seen): Seen =>
  model.faulty.has(received.sha256 ?? '')
    ? { ...seenOf(received), status: 'failed', state: 'failed', sha256: null, sizeBytes: null }
    : { ...seenOf(received), status: 'ready', state: 'won' }

/** The asset is what the old bytes make of it, or has the new ones, or is what those make of it. */
export const completeDuringUpload = (index: number): Action => ({
  ...onAsset('complete during an upload', index, (asset, model) => {
    const bytes = goodBytes()
    const fresh = withBytes(asset, bytes)
    return {
      answer: 'done',
      after: new Map([[asset, [settledOf(model, asset), fresh, settledOf(model, fresh)]]]),
      call: world =>
        atOnce([
          send(world, asset.tickets.at(-1), pieces(bytes)),
          complete(world.ports, model.actor, asset.id),
        ]),
    }
  }),
  fits: model => {
    if (!hasAssets(model)) return false
    const asset = chosen(model, index)
    return asset.state === 'received' && takesBytes(asset, model.now)
  },
})

export const retryAsset = (index: number): Action =>
  onAsset('retry', index, (asset, model) => {
    const call: Plan['call'] = ({ ports }) => retry(ports, model.actor, { assetId: asset.id })
    if (asset.status === 'ready') return refused('conflict', call)
    const fresh: Seen = {
      status: 'pending_upload',
      attempt: asset.attempt + 1,
      state: 'open',
      sha256: null,
      sizeBytes: null,
    }
    return { answer: 'done', after: new Map([[asset, [fresh]]]), call }
  })

export const attachAsset = (index: number): Action =>
  onAsset('attach', index, (asset, model) => {
    const { projectId } = model
    const call: Plan['call'] = async ({ ports }) => {
      const node = await attach(ports, model.actor, { projectId, assetId: asset.id })
      if (node === undefined) throw new Error('nobody else had this request')
      asset.nodeIds.push(node.id)
    }
    return asset.status === 'ready' ? { answer: 'done', after: new Map(), call } : refused('conflict', call)
  })

export const advanceClock = (minutes: number): Action => ({
  title: `${minutes} minutes pass`,
  fits: () => true,
  plan: model => ({
    answer: 'done',
    after: new Map(),
    call: async world => {
      world.advance(minutes * 60_000)
      model.now = world.ports.clock.now()
    },
  }),
})

export const sweepAll = (): Action => ({
  title: 'sweep',
  fits: () => true,
  plan: model => {
    const closed = (asset: ModelAsset): Seen => ({
      ...seenOf(asset),
      state: 'expired',
      sha256: null,
      sizeBytes: null,
    })
    const after = model.assets
      .filter(asset => isOverdue(asset, model.now))
      .map(asset => {
        const isHeld = asset.perhapsHeldUntil > model.now
        return [asset, isHeld ? [closed(asset), seenOf(asset)] : [closed(asset)]] as const
      })
    return { answer: 'done', after: new Map(after), call: ({ ports }) => sweep(ports) }
  },
})

const isOverdue = ({ state, expiresAt }: ModelAsset, now: number): boolean =>
  (state === 'open' && expiresAt <= now) || (state === 'received' && expiresAt <= now - ABANDONED_AFTER_MS)

export const restart = (): Action => ({
  title: 'restart',
  fits: () => true,
  plan: () => ({ answer: 'done', after: new Map(), call: world => world.restart() }),
})
