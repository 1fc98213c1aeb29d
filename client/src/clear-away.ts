// What an upload that was given up leaves behind: nothing, as far as its credential reaches.
import { aborted, HerbariumError } from './errors.ts'
import { terminate } from './resumable.ts'
import type { UploadPorts } from './upload-options.ts'
import type { Reservation } from './wire.ts'

type Ports = Pick<UploadPorts, 'api' | 'send' | 'hasKey'>

/** With an API key the asset goes; else its upload URL, and the bytes there with it. */
export async function discard(
  { api, send, hasKey }: Ports,
  { asset_id: assetId, upload_url: url }: Reservation,
): Promise<void> {
  try {
    if (hasKey) await api.delete(assetId)
    else if (url !== undefined) await terminate({ send, url })
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

/** Always throws `aborted`, which names the asset where something of it is left. */
export async function clearAway(
  ports: Ports,
  reservation: Reservation,
  signal: AbortSignal | undefined,
): Promise<never> {
  const assetId = reservation.asset_id
  await discard(ports, reservation).catch(cause => {
    const message = `This was given up, but ${assetId} could not be removed.`
    throw new HerbariumError('aborted', message, { assetId, cause })
  })
  throw aborted(signal, assetId)
}

const isGone = (error: unknown): boolean =>
  error instanceof HerbariumError && (error.code === 'not_found' || error.code === 'forbidden')
