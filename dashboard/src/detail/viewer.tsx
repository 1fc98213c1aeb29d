// What an asset is: its picture, or a player.
import { useState } from 'preact/hooks'
import type { Asset } from '../api/wire.ts'
import { withPreset } from '../assets/media-url.ts'
import { Glyph, KindIcon } from '../parts/icons.tsx'
import { kindOf, nameSpoken, STATUS_SPOKEN } from '../parts/spoken.ts'
import { FileButton } from '../uploads/choose-files.tsx'
import { useUploads } from '../uploads/uploads.tsx'

export function Viewer({ asset }: { asset: Asset }) {
  if (asset.status !== 'ready') return <NotReady asset={asset} />
  const kind = kindOf(asset.content_type)
  const ratio = asset.width && asset.height ? `${asset.width} / ${asset.height}` : undefined
  switch (kind) {
    case 'image':
      return <Picture asset={asset} ratio={ratio} />
    case 'video':
      return (
        <div class="viewer" style={{ aspectRatio: ratio ?? '16 / 9' }}>
          {/* biome-ignore lint/a11y/useMediaCaption: an asset has none beside it */}
          <video
            src={asset.url}
            poster={withPreset(asset.url, 'thumb')}
            controls
            playsInline
            preload="metadata"
          />
        </div>
      )
    case 'audio':
      return (
        <div class="viewer plain">
          <KindIcon kind="audio" size={56} />
          {/* biome-ignore lint/a11y/useMediaCaption: an asset has none beside it */}
          <audio src={asset.url} controls preload="metadata" />
        </div>
      )
    default:
      return (
        <div class="viewer plain">
          <KindIcon kind={kind} size={56} />
          <a class="button" href={asset.url} target="_blank" rel="noopener">
            Open in a new tab <Glyph sign="elsewhere" size={18} />
          </a>
        </div>
      )
  }
}

/** What is larger than this is looked at in a smaller form; what is not keeps moving, if it does. */
const LARGE_BYTES = 4_000_000

/** Not every browser shows every type (HEIC): the other form then stands in. */
function Picture({ asset, ratio }: { asset: Asset; ratio: string | undefined }) {
  const forms = [asset.url, withPreset(asset.url, 'preview')]
  const sources = (asset.size_bytes ?? 0) > LARGE_BYTES ? forms.toReversed() : forms
  const [failed, setFailed] = useState(0)
  const source = sources[failed]
  if (source === undefined)
    return (
      <div class="viewer plain">
        <KindIcon kind="image" size={56} />
        <p class="soft">This browser does not show {asset.content_type}.</p>
        <a class="button" href={asset.url} target="_blank" rel="noopener">
          Open the file <Glyph sign="elsewhere" size={18} />
        </a>
      </div>
    )
  return (
    <a
      class="viewer"
      href={asset.url}
      target="_blank"
      rel="noopener"
      style={{ aspectRatio: ratio ?? '4 / 3' }}
    >
      <img
        key={source}
        src={source}
        alt={nameSpoken(asset.name)}
        decoding="async"
        onError={() => setFailed(failed + 1)}
      />
    </a>
  )
}

const NotReady = ({ asset }: { asset: Asset }) => (
  <div class={`viewer plain ${asset.status}`}>
    <Glyph sign={asset.status === 'failed' ? 'warning' : 'clock'} size={40} />
    <p>
      <strong>{STATUS_SPOKEN[asset.status]}.</strong>{' '}
      {asset.failure_message ?? 'It is shown here once its file has come and was looked at.'}
    </p>
    {asset.status === 'pending_upload' && <SendFile assetId={asset.asset_id} />}
  </div>
)

function SendFile({ assetId }: { assetId: string }) {
  const { addFor } = useUploads()
  return (
    <FileButton
      label="Send its file"
      className="button"
      onFiles={([file]) => file && addFor(assetId, file)}
    />
  )
}
