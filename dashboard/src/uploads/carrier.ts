// How a file gets up: by the client that any other page would use too.
import { createClient, HerbariumError, PAUSE, type Reservation } from '@herbarium/client'
import { root } from '../address.ts'
import type { Api } from '../api/api.ts'
import { messageOf } from '../api/errors.ts'
import { forgetAsset, tabStore } from './kept.ts'
import type { Carrier } from './queue.ts'

export interface CarrierOptions {
  api: Api
  key: string
  workspaceId: string
}

export function createCarrier({ api, key, workspaceId }: CarrierOptions): Carrier {
  const client = createClient({
    baseUrl: `${location.origin}${root}/api/v1`,
    apiKey: key,
    store: tabStore,
  })
  return {
    pause: PAUSE,
    carry: async (file, item, { signal, onReserved, onProgress }) => {
      const { projectId, folder } = item.destination
      const { isRetry, assetId: retried } = item
      const { asset_id } = await client.upload(file, {
        signal,
        workspaceId,
        projectId: projectId || undefined,
        folder: folder || undefined,
        reservation: isRetry && retried !== undefined ? () => retry(api, retried) : undefined,
        onReserved: reservation => onReserved(reservation.asset_id),
        onProgress: ({ sentBytes, phase }) => onProgress(sentBytes, phase === 'verifying'),
      })
      return asset_id
    },
    failureOf: (error, { assetId: known, isRetry }) => {
      const { code, assetId = known } = error instanceof HerbariumError ? error : {}
      return { reason: messageOf(error), assetId, isRetry: isRetry || code === 'failed_verification' }
    },
    discard: async assetId => {
      forgetAsset(assetId)
      await api.remove(`/assets/${encodeURIComponent(assetId)}`).catch(() => undefined) // it expires by itself
    },
  }
}

/** Another try of the same asset. */
const retry = (api: Api, assetId: string): Promise<Reservation> =>
  api.post(`/assets/${encodeURIComponent(assetId)}/retry`)
