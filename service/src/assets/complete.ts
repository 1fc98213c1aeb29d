// Completing an upload: its bytes are looked at, and only then is the asset ready.
import type { Actor } from '../ground/actor.ts'
import { conflict, Refusal } from '../ground/errors.ts'
import type { Job } from '../ground/job.ts'
import { within } from '../ground/within.ts'
import type { Asset } from './asset.ts'
import { isLeased, type OpenAttempt } from './attempt.ts'
import { collect, findPosted, SILENT_MS } from './collect.ts'
import { findOwnUpload } from './find.ts'
import type { Ports, Upload } from './ports.ts'
import type { ReceivePorts } from './receive.ts'
import { type Fault, scriptedToo } from './scripted-fault.ts'
import { type SettlePorts, settle, type Unsettled } from './settle.ts'
import { isUnderWay } from './under-way.ts'

/** The verifications this process has under way, by asset: a second complete joins the first. */
export type Verifications = Map<string, Promise<Asset>>

export type CompletePorts = SettlePorts &
  ReceivePorts &
  Pick<Ports, 'background'> & { verifications: Verifications; completeWaitMs: number }

export interface Completion {
  assetId: string
  fault?: Fault | undefined
}

const TRIES = 5
const ELSEWHERE_WAIT_MS = 15_000
const ELSEWHERE_LOOK_MS = 200

/**
 * Answers the asset as it is once its bytes are judged: ready, failed, or still pending when that takes longer
 * than `completeWaitMs`; the work goes on then. Throws `conflict` when no bytes have arrived.
 */
export async function complete(
  ports: CompletePorts,
  actor: Actor,
  { assetId, fault }: Completion,
): Promise<Asset> {
  const upload = await findOwnUpload(ports, actor, assetId)
  if (upload.asset.status !== 'pending_upload') return upload.asset
  const verification = ports.verifications.get(assetId) ?? begin(ports, actor, { upload, fault })
  const asset = await within(ports.clock, ports.completeWaitMs, verification, upload.asset)
  if (asset.status === 'pending_upload')
    await ports.background.add(settleJob(ports, actor, { assetId, fault }))
  return asset
}

/** Asked for once, the asset is settled even if this process ends; by its id the job is made once. */
const settleJob = (ports: CompletePorts, actor: Actor, { assetId, fault }: Completion): Job => ({
  id: `job_settle_${assetId}`,
  kind: 'settle',
  subject: assetId,
  payload: { key_id: actor.keyId, workspace_id: actor.workspaceId, ...(fault && { fault }) },
  runAt: ports.clock.now(),
  tries: 0,
})

function begin(ports: CompletePorts, actor: Actor, asked: Asked): Promise<Asset> {
  const assetId = asked.upload.asset.id
  const verification = verify(ports, actor, asked).finally(() => ports.verifications.delete(assetId))
  ports.verifications.set(assetId, verification)
  return verification
}

interface Asked {
  upload: Upload
  fault: Fault | undefined
}

/** Settles the newest whole bytes; when another writer was first, looks at what it left. */
async function verify(ports: CompletePorts, actor: Actor, { upload: first, fault }: Asked): Promise<Asset> {
  let upload = await collectedElsewhere(ports, first)
  for (let n = 0; n < TRIES; n++) {
    if (upload.asset.status !== 'pending_upload' || isBeingCollected(ports, upload)) return upload.asset
    const unsettled = await newestBytes(ports, upload)
    const settled = unsettled && (await settleOnce(ports, { actor, fault }, unsettled))
    if (settled !== undefined && 'asset' in settled) return settled.asset
    upload = await findOwnUpload(ports, actor, first.asset.id)
    const isSettled = upload.asset.status !== 'pending_upload' // by another process, which took the bytes away
    if (settled?.failure !== undefined && !isSettled && upload.attempt.fence === unsettled?.attempt.fence)
      throw settled.failure
  }
  throw conflict('This upload keeps changing while it is being completed: try again.', true)
}

/** Whether another process has the form's file in hand, which two must not pull at. */
const isBeingCollected = ({ clock }: CompletePorts, { attempt }: Upload): boolean =>
  attempt.transport === 'bucket' &&
  isLeased(attempt, clock.now()) &&
  clock.now() - (attempt.lastByteAt ?? 0) < SILENT_MS

/** It is done soon, mostly; else the answer is given without it. */
async function collectedElsewhere(ports: CompletePorts, first: Upload): Promise<Upload> {
  let upload = first
  for (let ms = 0; ms < ELSEWHERE_WAIT_MS && isBeingCollected(ports, upload); ms += ELSEWHERE_LOOK_MS) {
    await ports.clock.delay(ELSEWHERE_LOOK_MS)
    upload = (await ports.assets.findUpload(first.asset.id)) ?? first
  }
  return upload
}

/** Undefined where the bytes changed while they were collected. */
async function newestBytes(ports: CompletePorts, upload: Upload): Promise<Unsettled | undefined> {
  const posted = await findPosted(ports, upload)
  if (posted === undefined) return withBytes(ports, upload)
  try {
    return withBytes(ports, await collect(ports, upload, posted))
  } catch (error) {
    if (error instanceof Refusal && (error.code === 'conflict' || error.code === 'forbidden'))
      return undefined
    throw error
  }
}

/**
 * An upload or a retry that overtakes this one also removes the bytes that are being looked at, so a failure tells
 * nothing until it is known whether the attempt has moved on.
 */
async function settleOnce(
  ports: CompletePorts,
  { actor, fault }: { actor: Actor; fault: Fault | undefined },
  { asset, attempt }: Unsettled,
): Promise<{ asset: Asset } | { failure?: unknown }> {
  try {
    const settled = await settle(
      ports,
      { asset, attempt: scriptedToo(attempt, fault) },
      {
        actorKeyId: actor.keyId,
        save: after =>
          ports.assets.save({
            asset: { before: asset, after: after.asset },
            attempts: [{ before: attempt, after: after.attempt }],
            node: after.node,
            events: [after.event],
          }),
      },
    )
    return settled ?? {}
  } catch (failure) {
    return { failure }
  }
}

function withBytes(ports: CompletePorts, { asset, attempt }: Upload): Unsettled {
  if (asset.status === 'pending_upload' && attempt.state === 'received') return { asset, attempt }
  const isArriving =
    isLeased(attempt, ports.clock.now()) || isUnderWay(ports, { assetId: asset.id, attempt: attempt.n })
  if (attempt.state === 'open' && isArriving)
    throw conflict('The bytes are still arriving: complete the asset when the upload has answered.', true)
  throw conflict(
    attempt.state === 'open'
      ? `${missingOf(attempt)} to the upload URL first, or POST /assets/{asset_id}/retry for fresh instructions.`
      : `This upload is ${attempt.state}: POST /assets/{asset_id}/retry gives fresh instructions.`,
    false,
  )
}

function missingOf({ partial }: OpenAttempt): string {
  if (partial === null || partial.sizeBytes === 0) return 'No bytes have arrived: send them'
  const { sizeBytes, totalBytes } = partial
  return `Only ${sizeBytes} of ${totalBytes ?? 'an unknown number of'} bytes have arrived: send the rest`
}
