// The page at /: all assets of the workspace, searched and filtered by what the URL says.
import { useEffect, useMemo } from 'preact/hooks'
import { hrefWith, root, type View, viewOf } from '../address.ts'
import { useSession } from '../api/session.tsx'
import type { AssetPage, ListedAsset } from '../api/wire.ts'
import { DetailPanel } from '../detail/detail-panel.tsx'
import { countSpoken } from '../parts/spoken.ts'
import { Empty } from '../parts/states.tsx'
import { ChooseFiles } from '../uploads/choose-files.tsx'
import { useUploads } from '../uploads/uploads.tsx'
import { AssetGrid } from './asset-grid.tsx'
import { FilterBar } from './filter-bar.tsx'
import { useLiveAssets } from './live-assets.ts'
import { type PagedList, usePagedList } from './paged-list.ts'

const PAGE_SIZE = 100

export function AssetsPage({ address }: { address: URL }) {
  const view = viewOf(address)
  const list = useAssets(view)
  const isFiltered = hrefWith(address, { asset: '' }) !== address.pathname
  useDestination(view)
  const folders = useMemo(() => foldersIn(list.items), [list.items])
  return (
    <>
      <FilterBar address={address} view={view} folders={folders} />
      <main id="content" class="page">
        <h1 class="unseen">Assets</h1>
        <p class="count" role="status">
          {countOf(list)}
        </p>
        {list.items.length === 0 && !list.isLoading && list.error === undefined ? (
          <Nothing isFiltered={isFiltered} />
        ) : (
          <AssetGrid key={filterKey(view)} list={list} address={address} />
        )}
      </main>
      <DetailPanel address={address} items={list.items} onDeleted={list.drop} />
    </>
  )
}

function useAssets(view: View): PagedList<ListedAsset> {
  const { api } = useSession()
  const list = usePagedList<ListedAsset>({
    key: filterKey(view),
    idOf: asset => asset.asset_id,
    fetchPage: async (cursor, signal) => {
      const { query, type, status, project, folder } = view
      const asked = { query, type, status, folder, project_id: project, limit: String(PAGE_SIZE), cursor }
      const { assets, meta } = await api.get<AssetPage>('/assets', asked, signal)
      return { items: assets, meta }
    },
  })
  useLiveAssets(list, view, PAGE_SIZE)
  return list
}

/** What is dropped goes where the view is. */
function useDestination({ project, folder }: View): void {
  const { setDestination } = useUploads()
  useEffect(() => setDestination({ projectId: project, folder }), [project, folder, setDestination])
}

const filterKey = (view: View): string => JSON.stringify({ ...view, asset: '' })

const foldersIn = (assets: ListedAsset[]): string[] =>
  [...new Set(assets.map(({ folder }) => folder))].filter(folder => folder !== '').sort()

function countOf({ items, isFirst, hasMore, total }: PagedList<ListedAsset>): string {
  if (isFirst) return ''
  if (!hasMore) return countSpoken(items.length, 'asset', 'assets')
  return total === undefined ? `${items.length}+ assets` : countSpoken(total, 'asset', 'assets')
}

const Nothing = ({ isFiltered }: { isFiltered: boolean }) =>
  isFiltered ? (
    <Empty title="Nothing matches">
      <p>No asset is like that. A folder has to be named as a whole, a name only in part.</p>
      <a class="button" href={`${root}/`}>
        Show all assets
      </a>
    </Empty>
  ) : (
    <Empty title="No specimens yet">
      <p>Drop pictures, videos, sounds or PDFs anywhere on this page, paste them, or choose them.</p>
      <ChooseFiles isPrimary />
    </Empty>
  )
