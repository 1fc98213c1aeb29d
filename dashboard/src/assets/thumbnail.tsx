// A small picture of an asset in a box whose size is known beforehand; a sign where there is none.
import { useState } from 'preact/hooks'
import { Glyph, KindIcon } from '../parts/icons.tsx'
import { type Kind, kindOf } from '../parts/spoken.ts'
import { useRenewedUrl, withPreset } from './media-url.ts'

/** So large an original may stand in for its thumbnail. */
const SMALL_BYTES = 1_000_000

export interface Pictured {
  assetId: string | null
  url: string | null
  kind: Kind
  status?: string
  /** Unknown where only a node is known. */
  sizeBytes?: number | null
}

/** Tried one after the other until one is a picture. */
function sourcesOf({ url, kind, sizeBytes }: Pictured): string[] {
  if (url === null || (kind !== 'image' && kind !== 'video')) return []
  const isSmall = kind === 'image' && typeof sizeBytes === 'number' && sizeBytes <= SMALL_BYTES
  return [withPreset(url, 'thumb'), ...(isSmall ? [url] : [])]
}

/** Of no meaning of its own: the name stands beside it. */
export function Thumbnail(pictured: Pictured) {
  const { url, renew } = useRenewedUrl(pictured.assetId, pictured.url)
  const [failed, setFailed] = useState({ url, times: 0 })
  const [isShown, setIsShown] = useState(false)
  const isReady = pictured.status === undefined || pictured.status === 'ready'
  const times = failed.url === url ? failed.times : 0
  const source = isReady ? sourcesOf({ ...pictured, url })[times] : undefined
  const goOn = async () => {
    if (times > 0 || !(await renew())) setFailed({ url, times: times + 1 })
  }
  if (source === undefined)
    return (
      <span class={`thumbnail sign ${isReady ? '' : pictured.status}`}>
        {isReady ? (
          <KindIcon kind={pictured.kind} />
        ) : (
          <Glyph sign={pictured.status === 'failed' ? 'warning' : 'clock'} size={32} />
        )}
      </span>
    )
  return (
    <span class="thumbnail">
      <img
        key={source}
        src={source}
        alt=""
        loading="lazy"
        decoding="async"
        draggable={false}
        class={isShown ? 'shown' : ''}
        onLoad={() => setIsShown(true)}
        onError={goOn}
      />
      {pictured.kind === 'video' && (
        <span class="play">
          <Glyph sign="resume" size={18} />
        </span>
      )}
    </span>
  )
}

export const thumbnailOf = (asset: {
  asset_id: string
  url: string
  content_type: string
  status: string
  size_bytes: number | null
}): Pictured => ({
  assetId: asset.asset_id,
  url: asset.url,
  kind: kindOf(asset.content_type),
  status: asset.status,
  sizeBytes: asset.size_bytes,
})
