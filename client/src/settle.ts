// Waiting for the verdict on an asset's bytes.
import type { Api } from './api.ts'
import { failedVerification, timedOut } from './errors.ts'
import { pause } from './retry.ts'
import type { Asset, AssetStatus, Reservation } from './wire.ts'

export interface WaitOptions {
  signal?: AbortSignal | undefined
  /** Default: 300. */
  timeoutSeconds?: number | undefined
}

const TIMEOUT_SECONDS = 300
const LOOK_EVERY_MS = 1_000

interface Judged {
  asset_id: string
  status: AssetStatus
  failure_message?: string | null
}

/** Throws `failed_verification` where the bytes are refused, and `timeout`. */
export async function untilJudged<T extends Judged>(
  look: () => Promise<T>,
  { signal, timeoutSeconds = TIMEOUT_SECONDS }: WaitOptions,
): Promise<T> {
  const giveUpAt = performance.now() + timeoutSeconds * 1000
  for (;;) {
    const asset = await look()
    const { asset_id: assetId, status, failure_message } = asset
    if (status === 'ready') return asset
    if (status === 'failed') throw failedVerification(assetId, failure_message)
    if (performance.now() >= giveUpAt)
      throw timedOut(`The asset is not ready after ${timeoutSeconds} s.`, { assetId })
    await pause(LOOK_EVERY_MS, signal)
  }
}

/** Completes an upload whose bytes are there; the server answers "pending" while it still looks at them. */
export async function settle(
  api: Pick<Api, 'complete' | 'get'>,
  { asset_id: assetId, upload }: Reservation,
  options: WaitOptions = {},
): Promise<Asset> {
  const access = { token: upload?.token, signal: options.signal }
  await untilJudged(() => api.complete(assetId, access), options)
  return api.get(assetId, access)
}
