// What is known of an asset: its own facts, those of its media, and its metadata.
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useSession } from '../api/session.tsx'
import type { Asset, MediaFacts } from '../api/wire.ts'
import { bytesSpoken, durationSpoken, momentSpoken } from '../parts/spoken.ts'

const VIAS = { signed_url: 'Upload', direct: 'Direct upload', url: 'Fetched from a URL' }

export function Facts({ asset }: { asset: Asset }) {
  const media = useMedia(asset)
  const metadata = Object.entries(asset.metadata)
  const isMislabelled = asset.upload_content_type !== null && asset.upload_content_type !== asset.content_type
  return (
    <>
      <dl class="facts-list">
        <Fact name="Type">{asset.content_type}</Fact>
        <Fact name="Labelled as">
          {asset.status === 'ready' && isMislabelled && asset.upload_content_type}
        </Fact>
        <Fact name="Size">{asset.size_bytes !== null && bytesSpoken(asset.size_bytes)}</Fact>
        <Fact name="Pixels">
          {asset.width !== null && asset.height !== null && `${asset.width} × ${asset.height}`}
        </Fact>
        <Fact name="Duration">
          {media?.duration_seconds != null && durationSpoken(media.duration_seconds)}
        </Fact>
        <Fact name="Frames">{media?.frames != null && media.frames > 1 && media.frames}</Fact>
        <Fact name="Video">{media?.video_codec}</Fact>
        <Fact name="Sound">{media?.audio_codec}</Fact>
        <Fact name="Pages">{media?.pages}</Fact>
        <Fact name="Transparency">{media?.has_alpha && 'Yes'}</Fact>
        <Fact name="Folder">{asset.folder}</Fact>
        <Fact name="Added">{momentSpoken(Date.parse(asset.created_at))}</Fact>
        <Fact name="Source">{VIAS[asset.uploaded_via]}</Fact>
        <Fact name="Id">
          <code>{asset.asset_id}</code>
        </Fact>
      </dl>
      {metadata.length > 0 && (
        <section class="part">
          <h3>Metadata</h3>
          <dl class="facts-list">
            {metadata.map(([name, value]) => (
              <Fact key={name} name={name}>
                {value}
              </Fact>
            ))}
          </dl>
        </section>
      )}
    </>
  )
}

/** What is not known takes no line. */
function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  if (children === null || children === undefined || children === false || children === '') return null
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function useMedia({ asset_id, status }: Asset): MediaFacts | undefined {
  const { api } = useSession()
  const [media, setMedia] = useState<MediaFacts>()
  useEffect(() => {
    if (status !== 'ready') return
    const aborting = new AbortController()
    api.get<MediaFacts>(`/assets/${encodeURIComponent(asset_id)}/media`, {}, aborting.signal).then(
      setMedia,
      () => undefined, // the asset's own facts are there without them
    )
    return () => aborting.abort()
  }, [api, asset_id, status])
  return media
}
