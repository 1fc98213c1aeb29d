// The grid: any number of assets, of which those on the screen are drawn; the arrow keys go from one to the next.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { hrefWith, viewOf } from '../address.ts'
import type { ListedAsset } from '../api/wire.ts'
import { Trouble } from '../parts/states.tsx'
import type { PagedList } from './paged-list.ts'
import { Tile } from './tile.tsx'
import { columnsIn, useVisibleRows, useWidth } from './visible-rows.ts'

const TILE_WIDTH = 176
const NARROW_TILE_WIDTH = 132
const NARROW = 560
const GAP = 16
/** Two lines below each picture. */
const LABEL_HEIGHT = 62
const SPARE_ROWS = 2
/** The next page is asked for when the end is this many screens away. */
const AHEAD_SCREENS = 3
const STEPS: Record<string, (columns: number) => number> = {
  ArrowLeft: () => -1,
  ArrowRight: () => 1,
  ArrowUp: columns => -columns,
  ArrowDown: columns => columns,
  PageUp: columns => -3 * columns,
  PageDown: columns => 3 * columns,
  Home: () => Number.NEGATIVE_INFINITY,
  End: () => Number.POSITIVE_INFINITY,
}

export function AssetGrid({ list, address }: { list: PagedList<ListedAsset>; address: URL }) {
  const grid = useRef<HTMLUListElement>(null)
  const width = useWidth(grid)
  const atLeast = width < NARROW ? NARROW_TILE_WIDTH : TILE_WIDTH
  const columns = columnsIn(width, { atLeast, gap: GAP })
  const rowHeight = columns.width + LABEL_HEIGHT + GAP
  const visible = useVisibleRows(grid, { rowHeight, spare: SPARE_ROWS })
  const { active, setActive, onKeyDown } = useActiveTile(grid, {
    items: list.items,
    columns: columns.count,
    rowHeight,
  })

  // The tile of an open panel is drawn, so that the focus can come back to it.
  const opened = list.items.findIndex(({ asset_id }) => asset_id === viewOf(address).asset)
  useEffect(() => {
    if (opened >= 0) setActive(opened)
  }, [opened, setActive])

  const loadedRows = Math.ceil(list.items.length / columns.count)
  const ghostRows = list.hasMore && list.error === undefined ? 2 : 0
  const rowsAhead = Math.ceil((innerHeight * AHEAD_SCREENS) / rowHeight)
  const isNearEnd = width > 0 && visible.end + rowsAhead >= loadedRows
  const { hasMore, isLoading, error, more } = list
  useEffect(() => {
    if (isNearEnd && hasMore && !isLoading && error === undefined) more()
  }, [isNearEnd, hasMore, isLoading, error, more])

  const placeOf = (index: number) => ({
    transform: `translate(${(index % columns.count) * (columns.width + GAP)}px, ${Math.floor(index / columns.count) * rowHeight}px)`,
    width: `${columns.width}px`,
    height: `${rowHeight - GAP}px`,
  })
  const shown = indexesShown({ visible, columns: columns.count, count: list.items.length, active })
  const ghosts = Array.from({ length: ghostRows * columns.count }, (_, n) => list.items.length + n)
  return (
    <>
      <ul
        ref={grid}
        class="grid"
        aria-label="Assets"
        aria-busy={list.isLoading}
        onKeyDown={onKeyDown}
        style={{ height: `${(loadedRows + ghostRows) * rowHeight}px` }}
      >
        {shown.map(index => {
          const asset = list.items[index]
          return (
            asset && (
              <li
                key={asset.asset_id}
                class="cell"
                style={placeOf(index)}
                aria-posinset={index + 1}
                aria-setsize={list.hasMore ? -1 : list.items.length}
              >
                <Tile
                  asset={asset}
                  href={hrefWith(address, { asset: asset.asset_id })}
                  index={index}
                  isActive={index === active}
                  onActive={setActive}
                />
              </li>
            )
          )
        })}
        {ghosts.map(index => (
          <li key={`ghost-${index}`} class="cell ghost" style={placeOf(index)} aria-hidden="true">
            <span class="thumbnail" />
            <span class="line" />
            <span class="line short" />
          </li>
        ))}
      </ul>
      {list.error !== undefined && <Trouble error={list.error} again={list.more} />}
    </>
  )
}

/** Those on the screen, and the active one wherever it is: what has the focus must not vanish. */
function indexesShown(of: {
  visible: { first: number; end: number }
  columns: number
  count: number
  active: number
}): number[] {
  const from = of.visible.first * of.columns
  const end = Math.min(of.count, of.visible.end * of.columns)
  const indexes = Array.from({ length: Math.max(0, end - from) }, (_, n) => from + n)
  const isAway = of.active < from || of.active >= end
  return isAway && of.active < of.count ? [of.active, ...indexes] : indexes
}

/** One tile at a time is in the tab order; the arrow keys move it, and the page with it. */
function useActiveTile(
  grid: { current: HTMLElement | null },
  { items, columns, rowHeight }: { items: ListedAsset[]; columns: number; rowHeight: number },
) {
  const [marked, setMarked] = useState<{ index: number; id?: string | undefined }>({ index: 0 })
  const now = useRef(items)
  now.current = items
  const setActive = useCallback((index: number) => setMarked({ index, id: now.current[index]?.asset_id }), [])
  // Others come and go before it: it is the asset that is active, not the place.
  const at = marked.id === undefined ? -1 : items.findIndex(({ asset_id }) => asset_id === marked.id)
  const active = at >= 0 ? at : Math.min(marked.index, Math.max(0, items.length - 1))
  const isMoving = useRef(false)
  useLayoutEffect(() => {
    if (!isMoving.current) return
    isMoving.current = false
    const tile = grid.current?.querySelector<HTMLElement>(`[data-index="${active}"]`)
    tile?.focus({ preventScroll: true })
    bringIntoView(grid.current, { top: Math.floor(active / columns) * rowHeight, height: rowHeight })
  }, [active, columns, grid, rowHeight])

  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    const next = Math.max(0, Math.min(items.length - 1, active + step(columns)))
    if (next === active) return
    isMoving.current = true
    setActive(next)
  }
  return { active, setActive, onKeyDown }
}

const EDGE = 88

function bringIntoView(grid: HTMLElement | null, row: { top: number; height: number }): void {
  if (grid === null) return
  const top = grid.getBoundingClientRect().top + row.top
  if (top < EDGE) scrollBy(0, top - EDGE)
  else if (top + row.height > innerHeight - GAP) scrollBy(0, top + row.height - innerHeight + GAP)
}
