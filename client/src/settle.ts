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
/** Of one request; the service answers sooner if it can. */
const MAX_WAIT_SECONDS = 30
/** Where it does not wait, because it is about to stop. */
const LOOK_EVERY_MS = 1_000

interface Judged {
  asset_id: string
  status: AssetStatus
  failure_message?: string | null
}

/** Throws `failed_verification` where the bytes are refused, and `timeout`. */
export async function untilJudged<T extends Judged>(
  look: (waitSeconds: number) => Promise<T>,
  { signal, timeoutSeconds = TIMEOUT_SECONDS }: WaitOptions,
): Promise<T> {
  const giveUpAt = performance.now() + timeoutSeconds * 1000
  for (;;) {
    const lookedAt = performance.now()
    const leftSeconds = Math.max(0, Math.ceil((giveUpAt - lookedAt) / 1000))
    const asset = await look(Math.min(MAX_WAIT_SECONDS, leftSeconds))
    const { asset_id: assetId, status, failure_message } = asset
    if (status === 'ready') return asset
    if (status === 'failed') throw failedVerification(assetId, failure_message)
    if (performance.now() >= giveUpAt)
      throw timedOut(`The asset is not ready after ${timeoutSeconds} s.`, { assetId })
    await pause(LOOK_EVERY_MS - (performance.now() - lookedAt), signal)
  }
}

/** Completes an upload whose bytes are there; while the server still looks at them it is waited for. */
export async function settle(
  api: Pick<Api, 'complete' | 'get'>,
  { asset_id: assetId, upload }: Pick<Reservation, 'asset_id' | 'upload'>,
  options: WaitOptions = {},
): Promise<Asset> {
  const access = { token: upload?.token, signal: options.signal }
  await untilJudged(async waitSeconds => {
    const completed = await api.complete(assetId, access)
    return completed.status === 'pending_upload' ? api.get(assetId, { ...access, waitSeconds }) : completed
  }, options)
  return api.get(assetId, access)
}
