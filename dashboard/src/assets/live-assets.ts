// The list of assets, kept as the workspace is while it is shown.
import { useRef } from 'preact/hooks'
import type { View } from '../address.ts'
import { isMissing } from '../api/errors.ts'
import { useSession } from '../api/session.tsx'
import type { Asset, ListedAsset } from '../api/wire.ts'
import { useChanges } from '../live/live.tsx'
import { kindOf } from '../parts/spoken.ts'
import type { PagedList } from './paged-list.ts'

/** The first page is asked for again; of what lies below it, each asset that has changed alone, one at a time. */
export function useLiveAssets(list: PagedList<ListedAsset>, view: View, pageSize: number): void {
  const { api } = useSession()
  const shown = useRef({ list, view })
  shown.current = { list, view }
  const waiting = useRef(new Set<string>()).current
  const isLooking = useRef(false)

  async function look(): Promise<void> {
    if (isLooking.current) return
    isLooking.current = true
    for (const id of waiting) {
      waiting.delete(id)
      const asset = await api.get<Asset>(`/assets/${encodeURIComponent(id)}`).catch(error => {
        if (isMissing(error)) shown.current.list.drop(id)
      })
      if (asset) put(asset)
    }
    isLooking.current = false
  }
  function put(asset: Asset): void {
    const { list: now, view: asked } = shown.current
    if (fits(asset, asked))
      now.change(asset.asset_id, item => ({ ...item, ...asset, created_at: item.created_at }))
    else now.drop(asset.asset_id)
  }

  useChanges(({ changed, deleted }) => {
    for (const id of deleted) list.drop(id)
    list.refresh()
    for (const { asset_id: id } of list.items.slice(pageSize)) if (changed.has(id)) waiting.add(id)
    void look()
  })
}

/** Of what is asked for, only this changes in an asset. */
const fits = (asset: Asset, { status, type }: View): boolean =>
  (status === '' || asset.status === status) &&
  (type === '' || asset.content_type === type || kindOf(asset.content_type) === type)
