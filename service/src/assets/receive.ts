// Receiving the bytes of a reserved upload.
import { conflict, deadTicket, overQuota } from '../ground/errors.ts'
import { within } from '../ground/within.ts'
import type { Verdict } from './admit.ts'
import { assetEvent } from './asset-event.ts'
import {
  claimed,
  judged,
  LEASE_MS,
  type OpenAttempt,
  type ReceivedAttempt,
  received,
  released,
  renewed,
  stagingKey,
  type Transport,
} from './attempt.ts'
import { discard } from './discard.ts'
import { look } from './look.ts'
import type { Ports, Upload } from './ports.ts'
import { roomIn } from './quota.ts'
import { stage } from './stage.ts'
import type { Ticket } from './ticket.ts'

type ReceivePorts = Pick<Ports, 'assets' | 'blobs' | 'media' | 'scanner' | 'looks' | 'clock' | 'ids'>
type Claimed = Upload & { attempt: OpenAttempt | ReceivedAttempt }

const RENEW_AFTER_MS = LEASE_MS / 4
const TRIES = 5
/** The upload's answer waits so long for the verdict, which spares a write and makes complete quick. */
const VERDICT_WAIT_MS = 2_000

/**
 * Streams the bytes into quarantine, whole or not at all. The newest upload on a ticket wins: an older one that
 * still runs is refused with `conflict`. Throws `forbidden` for a ticket whose attempt is over.
 */
export async function receive(
  ports: ReceivePorts,
  upload: { ticket: Ticket; transport: Transport; bytes: AsyncIterable<Uint8Array> },
): Promise<void> {
  const held = await claim(ports, upload.ticket, upload.transport)
  const hold = keepHold(ports, held)
  try {
    const bytes = await stage(ports, upload.bytes, {
      key: stagingKey(held.attempt),
      ...(await boundsOf(ports, held)),
      onBytes: hold.onBytes,
    })
    await finish(ports, { asset: held.asset, attempt: hold.attempt() }, bytes)
  } catch (error) {
    await letGo(ports, { asset: held.asset, attempt: hold.attempt() })
    throw error
  }
}

/** The attempt's cap, or what is left of the workspace's quota; bytes received before make room for these. */
async function boundsOf(ports: ReceivePorts, { asset, attempt }: Claimed) {
  const room = roomIn(await ports.assets.usage(asset.workspaceId)) + (attempt.received?.sizeBytes ?? 0)
  return room < attempt.maxBytes ? { maxBytes: room, refusal: overQuota } : { maxBytes: attempt.maxBytes }
}

/** Takes the attempt for this upload by its next fence. Expiry is judged here, when the first byte is at hand. */
async function claim(ports: ReceivePorts, ticket: Ticket, transport: Transport): Promise<Claimed> {
  for (let n = 0; n < TRIES; n++) {
    const upload = await ports.assets.findUpload(ticket.assetId, ticket.attempt)
    const now = ports.clock.now()
    const attempt = upload?.attempt
    if (upload === undefined || attempt === undefined)
      throw deadTicket('This upload does not exist any more.')
    if (attempt.state !== 'open' && attempt.state !== 'received')
      throw deadTicket(`This upload ticket is used up: its attempt is ${attempt.state}.`)
    if (now >= attempt.expiresAt) throw deadTicket('This upload ticket has expired.')
    const mine = claimed(attempt, { now, transport })
    const saved = await ports.assets.save({ attempts: [{ before: attempt, after: mine }], events: [] })
    if (saved === 'saved') return { asset: upload.asset, attempt: mine }
  }
  throw conflict('Too many uploads began at once on this ticket: send the bytes again.', true)
}

/** Renews the hold while bytes arrive, and stops an upload that a newer one has overtaken. */
function keepHold(ports: ReceivePorts, { attempt }: Claimed) {
  let current = attempt
  let renewAt = ports.clock.now() + RENEW_AFTER_MS
  const renew = async () => {
    const now = ports.clock.now()
    renewAt = now + RENEW_AFTER_MS
    const next = renewed(current, now)
    const saved = await ports.assets.save({ attempts: [{ before: current, after: next }], events: [] })
    if (saved !== 'saved') throw overtaken()
    current = next
  }
  return {
    attempt: () => current,
    onBytes: () => (ports.clock.now() < renewAt ? undefined : renew()),
  }
}

async function finish(
  ports: ReceivePorts,
  { asset, attempt }: Claimed,
  bytes: ReceivedAttempt['received'],
): Promise<void> {
  const looking = look(ports, bytes, asset)
  const verdict = await within(ports.clock, VERDICT_WAIT_MS, looking, undefined).catch(() => undefined)
  const whole = received(attempt, bytes, ports.clock.now())
  const after = verdict === undefined ? whole : judged(whole, verdict)
  const saved = await ports.assets.save({
    attempts: [{ before: attempt, after }],
    events: [assetEvent(ports, asset, 'asset.uploaded', { data: { size_bytes: bytes.sizeBytes } })],
  })
  if (saved !== 'saved') {
    await discard(ports, bytes.key)
    throw overtaken()
  }
  if (attempt.received !== null) await discard(ports, attempt.received.key)
  if (verdict === undefined) keepVerdict(ports, whole, looking)
}

/** A slow verdict is kept when it comes; if it is lost, whoever completes the asset looks again. */
function keepVerdict(ports: ReceivePorts, attempt: ReceivedAttempt, looking: Promise<Verdict>): void {
  looking
    .then(verdict =>
      ports.assets.save({ attempts: [{ before: attempt, after: judged(attempt, verdict) }], events: [] }),
    )
    .catch(() => undefined)
}

/** Gives the attempt back as it was before; if that fails too, the hold simply runs out. */
async function letGo(ports: ReceivePorts, { attempt }: Claimed): Promise<void> {
  await ports.assets
    .save({ attempts: [{ before: attempt, after: released(attempt) }], events: [] })
    .catch(() => undefined)
}

const overtaken = () =>
  conflict('A newer upload on this ticket, a retry or the end of its attempt has overtaken this one.', false)
