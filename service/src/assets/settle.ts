// Settling an upload whose bytes are whole: admitted and published, or refused with a reason.
import type { SaveOutcome } from '../ground/save-outcome.ts'
import type { Admitted, Verdict } from './admit.ts'
import {
  type Asset,
  type FailedAsset,
  type PendingAsset,
  published,
  type ReadyAsset,
  refused,
} from './asset.ts'
import { type AssetEvent, assetEvent } from './asset-event.ts'
import { type ClosedAttempt, closed, judged, type ReceivedAttempt, type ReceivedBytes } from './attempt.ts'
import { discard, discardBytesOf } from './discard.ts'
import { look } from './look.ts'
import { type PlacedNode, placed } from './placement.ts'
import type { Ports, Published } from './ports.ts'
import { mustFit } from './quota.ts'
import { scriptedVerdict } from './scripted-fault.ts'
import { stage } from './stage.ts'

export type SettlePorts = Pick<
  Ports,
  'assets' | 'blobs' | 'forms' | 'media' | 'scanner' | 'looks' | 'policy' | 'clock' | 'ids'
>

export interface Unsettled {
  asset: PendingAsset
  attempt: ReceivedAttempt
}

/** What the bytes made of the asset; `save` writes it, all at once. */
export interface Settled {
  asset: ReadyAsset | FailedAsset
  attempt: ClosedAttempt
  node: PlacedNode | undefined
  event: AssetEvent
}

/**
 * Looks at the bytes and has `save` write what they are worth. Answers undefined when another writer was first.
 * Admitted bytes get a fresh media key of their own, so the loser of a race removes only what is its own.
 */
export async function settle(
  ports: SettlePorts,
  upload: Unsettled,
  write: {
    actorKeyId: string
    /** Bytes that stand in no attempt's row yet, and so in no count. */
    bytesNotCounted?: number
    save: (settled: Settled) => Promise<SaveOutcome>
  },
): Promise<Settled | undefined> {
  const verdict = await verdictOn(ports, upload)
  const blobKey = freshMediaKey(ports)
  if (verdict.admitted) await mustFit(ports, upload.asset.workspaceId, write.bytesNotCounted ?? 0)
  const worth = verdict.admitted ? await publish(ports, upload, { verdict, blobKey }) : verdict
  const settled = decide(ports, upload, { verdict: worth, blobKey, actorKeyId: write.actorKeyId })
  if (!(await isSaved(ports, settled, write.save))) return undefined
  await discardBytesOf(ports, upload.attempt)
  return settled
}

const verdictOn = async (ports: SettlePorts, { asset, attempt }: Unsettled): Promise<Verdict> =>
  scriptedVerdict(attempt) ?? attempt.verdict ?? (await look(ports, attempt.received, asset))

/** Gives admitted bytes their media key; with `stripMetadata` those are a copy without what pictures tell of people. */
async function publish(
  ports: SettlePorts,
  { asset, attempt: { received: bytes } }: Unsettled,
  { verdict, blobKey }: { verdict: Admitted; blobKey: string },
): Promise<Admitted> {
  const as = { key: blobKey, contentType: verdict.contentType, name: asset.name }
  if (!isStripped(ports, verdict)) {
    await promote(ports, bytes.key, as)
    return verdict
  }
  const copy = await stripped(ports, bytes, verdict.contentType)
  await promote(ports, copy.key, as).finally(() => discard(ports, copy.key))
  return { ...verdict, sizeBytes: copy.sizeBytes, sha256: copy.sha256 }
}

/** A promotion that failed may have given the bytes their name all the same; no row will ever say so. */
async function promote(ports: SettlePorts, from: string, to: Published & { key: string }): Promise<void> {
  try {
    await ports.blobs.promote(from, to.key, to)
  } catch (error) {
    await discard(ports, to.key)
    throw error
  }
}

const isStripped = ({ policy, media }: Pick<Ports, 'policy' | 'media'>, { contentType }: Admitted): boolean =>
  policy.stripMetadata && media.canStrip(contentType)

/** What `settle` would make of the bytes and write; nothing is published, and the bytes stay where they are. */
export async function wouldSettle(
  ports: SettlePorts,
  asset: PendingAsset,
  bytes: ReceivedBytes,
): Promise<ReadyAsset | FailedAsset> {
  const verdict = await look(ports, bytes, asset)
  if (!verdict.admitted) return refused(asset, verdict)
  await mustFit(ports, asset.workspaceId, bytes.sizeBytes)
  const at = { blobKey: bytes.key, now: ports.clock.now() }
  if (!isStripped(ports, verdict)) return published(asset, verdict, at)
  const { key, sizeBytes, sha256 } = await stripped(ports, bytes, verdict.contentType)
  await discard(ports, key)
  return published(asset, { ...verdict, sizeBytes, sha256 }, at)
}

/** The copy is whole and durable in quarantine under a name of its own, like any other bytes. */
const stripped = (ports: SettlePorts, bytes: ReceivedBytes, contentType: string): Promise<ReceivedBytes> =>
  ports.blobs.withFile(bytes.key, path =>
    stage(ports, ports.media.strippedBytes(contentType, path), {
      key: `quarantine/${ports.ids.datedToken()}.1`,
      maxBytes: bytes.sizeBytes + ORIENTATION_BYTES,
    }),
  )

/** A picture that is not upright keeps a minimal EXIF block, which may be more than it had. */
const ORIENTATION_BYTES = 1024

/** Writes what was decided; where another was first, or the write failed, the promoted bytes are removed again. */
async function isSaved(
  ports: SettlePorts,
  settled: Settled,
  save: (settled: Settled) => Promise<SaveOutcome>,
): Promise<boolean> {
  const demote = async () => {
    if (settled.asset.status === 'ready') await discard(ports, settled.asset.blobKey)
  }
  try {
    const outcome = await save(settled)
    if (outcome !== 'saved') await demote()
    return outcome === 'saved'
  } catch (error) {
    // It may have failed after its commit: the row has the last word, and until it has spoken nothing is removed.
    if (isWritten(settled, await ports.assets.find(settled.asset.id))) return true
    await demote()
    throw error
  }
}

const isWritten = ({ asset }: Settled, row: Asset | undefined): boolean =>
  asset.status === 'ready'
    ? row?.status === 'ready' && row.blobKey === asset.blobKey
    : row?.status === 'failed' && row.version === asset.version

/**
 * A media key is spread over 256 folders by its first two hex digits; the others are the time and 72 random bits. The
 * folder changes every second, so that what is published at about the same time shares the sync of one, and in the rows'
 * index it lies together.
 */
function freshMediaKey({ ids, clock }: SettlePorts): string {
  const folder = (Math.floor(clock.now() / 1000) % 256).toString(16).padStart(2, '0')
  const name = Buffer.from(ids.datedToken(), 'base64url').toString('hex').slice(0, 30)
  return `media/${folder}/${folder}${name}`
}

function decide(
  ports: SettlePorts,
  { asset, attempt }: Unsettled,
  found: { verdict: Verdict; blobKey: string; actorKeyId: string },
): Settled {
  const { verdict, actorKeyId } = found
  if (!verdict.admitted) {
    const failed = refused(asset, verdict)
    return {
      asset: failed,
      attempt: closed(judged(attempt, verdict), 'failed'),
      node: undefined,
      event: assetEvent(ports, failed, 'asset.failed', { actorKeyId, data: { reason: verdict.code } }),
    }
  }
  const ready = published(asset, verdict, { blobKey: found.blobKey, now: ports.clock.now() })
  return {
    asset: ready,
    attempt: closed(judged(attempt, verdict), 'won'),
    node:
      asset.projectId === null ? undefined : placed(ports, ready, { projectId: asset.projectId, actorKeyId }),
    event: assetEvent(ports, ready, 'asset.ready', { actorKeyId, data: { sha256: ready.sha256 } }),
  }
}
