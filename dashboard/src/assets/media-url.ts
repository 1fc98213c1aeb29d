// The URLs of media as the API gives them: some are signed, in their query, and good for a while only.
import { useState } from 'preact/hooks'
import { useSession } from '../api/session.tsx'
import type { Asset } from '../api/wire.ts'

export const withPreset = (url: string, preset: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}preset=${preset}`

/** Until when a URL is good, in unix milliseconds; undefined for one that is for ever. */
export function endOf(url: string): number | undefined {
  const expires = new URL(url).searchParams.get('expires')
  return expires === null ? undefined : Number(expires) * 1000
}

/** What is kept of a list outlives the URLs in it: `renew` asks for a fresh one, and says whether there was one. */
export function useRenewedUrl(assetId: string | null, given: string | null) {
  const { api } = useSession()
  const [renewed, setRenewed] = useState({ given, url: given })
  const url = renewed.given === given ? renewed.url : given
  async function renew(): Promise<boolean> {
    if (assetId === null || url === null || endOf(url) === undefined) return false
    const asset = await api.get<Asset>(`/assets/${encodeURIComponent(assetId)}`).catch(() => undefined)
    if (asset === undefined || asset.url === url) return false
    setRenewed({ given, url: asset.url })
    return true
  }
  return { url, renew }
}
