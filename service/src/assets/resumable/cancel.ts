// Giving an upload up: its bytes are removed and its ticket is dead; the asset can be retried.
import { conflict } from '../../ground/errors.ts'
import { assetEvent } from '../asset-event.ts'
import { closed } from '../attempt.ts'
import { liveUpload, overtaken } from '../claim.ts'
import { discardBytesOf } from '../discard.ts'
import type { Ports } from '../ports.ts'
import type { Ticket } from '../ticket.ts'
import { stopUpload } from '../under-way.ts'

const TRIES = 5

export async function cancelUpload(
  ports: Pick<Ports, 'assets' | 'blobs' | 'forms' | 'uploads' | 'clock' | 'ids'>,
  ticket: Ticket,
): Promise<void> {
  for (let n = 0; n < TRIES; n++) {
    await stopUpload(ports, ticket, overtaken())
    const { asset, attempt } = await liveUpload(ports, ticket)
    const outcome = await ports.assets.save({
      attempts: [{ before: attempt, after: closed(attempt, 'cancelled') }],
      events: [assetEvent(ports, asset, 'asset.cancelled', { actorKeyId: asset.createdByKey })],
    })
    if (outcome === 'saved') return discardBytesOf(ports, attempt)
  }
  throw conflict('This upload keeps changing while it is being cancelled: try again.', true)
}
