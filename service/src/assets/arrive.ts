// An upload's bytes are whole: they are looked at, and the attempt has received them.
import { within } from '../ground/within.ts'
import type { Verdict } from './admit.ts'
import { assetEvent } from './asset-event.ts'
import { formKey, judged, type ReceivedAttempt, type ReceivedBytes, received } from './attempt.ts'
import { type LiveUpload, overtaken } from './claim.ts'
import { discard, discardUnfinished } from './discard.ts'
import { deadKeys } from './discard-leftovers.ts'
import { look } from './look.ts'
import type { FormObject, Ports } from './ports.ts'

type ArrivePorts = Pick<Ports, 'assets' | 'blobs' | 'forms' | 'media' | 'scanner' | 'looks' | 'clock' | 'ids'>

/** The upload's answer waits so long for the verdict, which spares a write and makes complete quick. */
const VERDICT_WAIT_MS = 2_000

export interface Arrival {
  /** The form's file that the bytes are a copy of; any others are newer than what the form has brought by now. */
  posted?: FormObject
  /** The attempt as its row has it, where this upload has not claimed it before. */
  before?: LiveUpload['attempt']
}

/**
 * Throws `conflict`, and removes the bytes, where the upload no longer holds its attempt.
 */
export async function arrive(
  ports: ArrivePorts,
  { asset, attempt }: LiveUpload,
  bytes: ReceivedBytes,
  { posted, before = attempt }: Arrival = {},
): Promise<ReceivedAttempt> {
  const looking = look(ports, bytes, asset)
  const verdict = await within(ports.clock, VERDICT_WAIT_MS, looking, undefined).catch(() => undefined)
  const seen = posted ?? (await ports.forms?.find(formKey(attempt)))
  const whole = { ...received(attempt, bytes, ports.clock.now()), formObject: seen?.mark ?? null }
  const after = verdict === undefined ? whole : judged(whole, verdict)
  const saved = await ports.assets.save({
    attempts: [{ before, after }],
    events: [
      assetEvent(ports, asset, 'asset.uploaded', {
        actorKeyId: asset.createdByKey,
        data: { size_bytes: bytes.sizeBytes },
      }),
    ],
  })
  if (saved !== 'saved') {
    await discardUnlessCarriedOn(ports, bytes.key)
    throw overtaken()
  }
  if (attempt.received !== null) await discard(ports, attempt.received.key)
  if (attempt.partial !== null && attempt.partial.key !== bytes.key)
    await discardUnfinished(ports, attempt.partial.key)
  if (verdict === undefined) keepVerdict(ports, whole, looking)
  return after
}

/** Who has overtaken this upload, on another node maybe, may be going on with what it had brought until then. */
async function discardUnlessCarriedOn(ports: ArrivePorts, key: string): Promise<void> {
  const dead = await deadKeys(ports, [key]).catch(() => []) // then the sweep finds out
  for (const one of dead) await discard(ports, one)
}

/** A slow verdict is kept when it comes; if it is lost, whoever completes the asset looks again. */
function keepVerdict(ports: ArrivePorts, attempt: ReceivedAttempt, looking: Promise<Verdict>): void {
  looking
    .then(verdict =>
      ports.assets.save({ attempts: [{ before: attempt, after: judged(attempt, verdict) }], events: [] }),
    )
    .catch(() => undefined)
}
