// What a client, the clock or the sweep may do, each with what the model expects of it.
import type { Retention } from '../../../src/assets/asset.ts'
import { changeRetention } from '../../../src/assets/change-retention.ts'
import { complete } from '../../../src/assets/complete.ts'
import { deleteAsset } from '../../../src/assets/delete.ts'
import { ABANDONED_AFTER_MS } from '../../../src/assets/expire.ts'
import { receive } from '../../../src/assets/receive.ts'
import { reserve } from '../../../src/assets/reserve.ts'
import { retry } from '../../../src/assets/retry.ts'
import type { Ticket } from '../../../src/assets/ticket.ts'
import { Refusal } from '../../../src/ground/errors.ts'
import { sweep } from '../../../src/jobs/sweep.ts'
import { attach } from '../../../src/projects/attach.ts'
import {
  type Action,
  badBytes,
  chosen,
  goodBytes,
  hasAssets,
  onAsset,
  type Plan,
  pieces,
  refused,
} from './action.ts'
import {
  GONE,
  type Model,
  type ModelAsset,
  modelOf,
  NOTHING,
  type Seen,
  seenOf,
  shaOf,
  takesBytes,
} from './model.ts'
import type { ModelWorld } from './world.ts'

const withBytes = (asset: ModelAsset, bytes: Buffer): Seen => ({
  ...seenOf(asset),
  state: 'received',
  sha256: shaOf(bytes),
  sizeBytes: bytes.length,
  partial: null,
})

const send = ({ ports }: ModelWorld, ticket: Ticket | undefined, bytes: AsyncIterable<Uint8Array>) => {
  if (ticket === undefined) throw new Error('an asset has no ticket')
  const isBrief = Number.parseInt(ticket.assetId.slice(-1), 16) % 2 === 0 // both ways, and the same when it is shrunk
  return receive(ports, { ticket, transport: 'put', isBrief, bytes })
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
  onAsset(isGood ? 'upload' : 'upload words', { index, asked: 'at the door' }, (asset, model) => {
    const bytes = isGood ? goodBytes() : badBytes()
    if (!isGood) model.faulty.add(shaOf(bytes))
    const call: Plan['call'] = world => send(world, asset.tickets.at(-1), pieces(bytes))
    if (!takesBytes(asset, model.now)) return refused('forbidden', call)
    return { answer: 'done', after: new Map([[asset, [withBytes(asset, bytes)]]]), call }
  })

export const uploadCut = (index: number): Action =>
  onAsset('upload, cut short,', { index, asked: 'at the door' }, (asset, model) =>
    refused(takesBytes(asset, model.now) ? 'cut' : 'forbidden', world =>
      send(world, asset.tickets.at(-1), pieces(goodBytes(), true)),
    ),
  )

export const uploadByOldTicket = (index: number): Action => ({
  ...onAsset('upload by an old ticket', { index, asked: 'at the door' }, asset =>
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
  onAsset('upload twice at once', { index, asked: 'at the door' }, (asset, model) => {
    const both = [goodBytes(), goodBytes()]
    const call: Plan['call'] = world =>
      atOnce(both.map(bytes => send(world, asset.tickets.at(-1), pieces(bytes))))
    if (!takesBytes(asset, model.now)) return refused('forbidden', call)
    return { answer: 'done', after: new Map([[asset, both.map(bytes => withBytes(asset, bytes))]]), call }
  })

export const completeAsset = (index: number, times: number): Action =>
  onAsset(times === 1 ? 'complete' : 'complete twice at once', { index }, (asset, model) => {
    const call: Plan['call'] = async ({ ports }) => {
      const begun = Array.from({ length: times }, () => complete(ports, model.actor, { assetId: asset.id }))
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
    ? { ...seenOf(received), ...NOTHING, status: 'failed', state: 'failed' }
    : { ...seenOf(received), status: 'ready', state: 'won', partial: null }

/** The asset is what the old bytes make of it, or has the new ones, or is what those make of it. */
export const completeDuringUpload = (index: number): Action => ({
  ...onAsset('complete during an upload', { index }, (asset, model) => {
    const bytes = goodBytes()
    const fresh = withBytes(asset, bytes)
    return {
      answer: 'done',
      after: new Map([[asset, [settledOf(model, asset), fresh, settledOf(model, fresh)]]]),
      call: world =>
        atOnce([
          send(world, asset.tickets.at(-1), pieces(bytes)),
          complete(world.ports, model.actor, { assetId: asset.id }),
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
  onAsset('retry', { index }, (asset, model) => {
    const call: Plan['call'] = ({ ports }) => retry(ports, model.actor, { assetId: asset.id })
    if (asset.status === 'ready') return refused('conflict', call)
    const fresh: Seen = {
      ...seenOf(asset),
      status: 'pending_upload',
      attempt: asset.attempt + 1,
      state: 'open',
      sha256: null,
      sizeBytes: null,
      partial: asset.partial?.sizeBytes ? asset.partial : null,
    }
    return { answer: 'done', after: new Map([[asset, [fresh]]]), call }
  })

export const removeAsset = (index: number): Action =>
  onAsset('delete', { index }, (asset, model) => {
    const call: Plan['call'] = ({ ports }) => deleteAsset(ports, model.actor, { assetId: asset.id })
    if (asset.retention === 'pinned') return refused('conflict', call)
    return { answer: 'done', after: new Map([[asset, [GONE]]]), call }
  })

/** Half an hour is what an ephemeral one has. */
const LIFE_SECONDS = 1800

export const keepAsset = (index: number, retention: Retention): Action =>
  onAsset(`keep as ${retention}`, { index }, (asset, model) => {
    const isEphemeral = retention === 'ephemeral'
    const said = { retention, deleteAfterSeconds: isEphemeral ? LIFE_SECONDS : undefined }
    const deleteAfter = isEphemeral ? model.now + LIFE_SECONDS * 1000 : null
    return {
      answer: 'done',
      after: new Map([[asset, [{ ...seenOf(asset), retention, deleteAfter }]]]),
      call: ({ ports }) => changeRetention(ports, model.actor, { assetId: asset.id, said }),
    }
  })

export const attachAsset = (index: number): Action =>
  onAsset('attach', { index }, (asset, model) => {
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
      ...NOTHING,
      state: 'expired',
    })
    const after = model.assets
      .filter(asset => isOverdue(asset, model.now))
      .map(asset => {
        const isHeld = asset.perhapsHeldUntil > model.now
        return [asset, isHeld ? [closed(asset), seenOf(asset)] : [closed(asset)]] as const
      })
    const outlived = model.assets
      .filter(({ deleteAfter }) => deleteAfter !== null && deleteAfter <= model.now)
      .map((asset): [ModelAsset, Seen[]] => [asset, [GONE]])
    return { answer: 'done', after: new Map([...after, ...outlived]), call: ({ ports }) => sweep(ports) }
  },
})

const isOverdue = ({ state, expiresAt }: ModelAsset, now: number): boolean =>
  (state === 'open' && expiresAt <= now) || (state === 'received' && expiresAt <= now - ABANDONED_AFTER_MS)

export const restart = (): Action => ({
  title: 'restart',
  fits: () => true,
  plan: () => ({ answer: 'done', after: new Map(), call: world => world.restart() }),
})
