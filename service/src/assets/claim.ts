// Taking an attempt for one upload: by its next fence, which every older upload then lacks.
import { conflict, deadTicket } from '../ground/errors.ts'
import type { Asset } from './asset.ts'
import type { OpenAttempt, ReceivedAttempt } from './attempt.ts'
import type { Ports } from './ports.ts'
import type { Ticket } from './ticket.ts'

/** An upload that can still bring its bytes. */
export interface LiveUpload {
  asset: Asset
  attempt: OpenAttempt | ReceivedAttempt
}

const TRIES = 5

type ClaimPorts = Pick<Ports, 'assets' | 'clock'>
type Place = Pick<Ticket, 'assetId' | 'attempt'>

/** The upload that a ticket opens. Throws `forbidden` for one whose attempt is over; expiry is judged here. */
export async function liveUpload(ports: ClaimPorts, place: Place): Promise<LiveUpload> {
  const upload = await openUpload(ports, place)
  if (ports.clock.now() >= upload.attempt.expiresAt) throw deadTicket('This upload ticket has expired.')
  return upload
}

/** As `liveUpload`, for bytes that were whole before the ticket expired. */
export async function openUpload(ports: ClaimPorts, place: Place): Promise<LiveUpload> {
  const upload = await ports.assets.findUpload(place.assetId, place.attempt)
  if (upload === undefined) throw deadTicket('This upload does not exist any more.')
  const { asset, attempt } = upload
  if (attempt.state !== 'open' && attempt.state !== 'received')
    throw deadTicket(`This upload ticket is used up: its attempt is ${attempt.state}.`)
  return { asset, attempt }
}

/** Writes what `change` makes of the attempt; another who was first makes it look again. */
export async function claim(
  ports: ClaimPorts,
  place: Place,
  change: (upload: LiveUpload) => LiveUpload['attempt'],
  find = liveUpload,
): Promise<{ before: LiveUpload['attempt']; held: LiveUpload }> {
  for (let n = 0; n < TRIES; n++) {
    const upload = await find(ports, place)
    const mine = change(upload)
    const saved = await ports.assets.save({
      attempts: [{ before: upload.attempt, after: mine }],
      events: [],
    })
    if (saved === 'saved') return { before: upload.attempt, held: { asset: upload.asset, attempt: mine } }
  }
  throw conflict('Too many uploads began at once on this ticket: send the bytes again.', true)
}

export const overtaken = () =>
  conflict('A newer upload on this ticket, a retry or the end of its attempt has overtaken this one.', false)
