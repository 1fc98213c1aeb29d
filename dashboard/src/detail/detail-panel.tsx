// The panel of one asset, over the grid; its address is the URL's `asset`.
import { useEffect, useRef, useState } from 'preact/hooks'
import { go, hrefWith, viewOf } from '../address.ts'
import { isMissing } from '../api/errors.ts'
import { useSession } from '../api/session.tsx'
import type { Asset, ListedAsset } from '../api/wire.ts'
import { Name } from '../assets/tile.tsx'
import { useChanges } from '../live/live.tsx'
import { Glyph } from '../parts/icons.tsx'
import { nameSpoken } from '../parts/spoken.ts'
import { Trouble } from '../parts/states.tsx'
import { Attach } from './attach.tsx'
import { Delete } from './delete.tsx'
import { Facts } from './facts.tsx'
import { Snippets } from './snippets.tsx'
import { Viewer } from './viewer.tsx'

interface DetailPanelProps {
  address: URL
  /** What it lies over: the neighbours to go to. */
  items: Pick<ListedAsset, 'asset_id'>[]
  onDeleted(assetId: string): void
}

export function DetailPanel({ address, items, onDeleted }: DetailPanelProps) {
  const { asset: assetId } = viewOf(address)
  if (assetId === '') return null
  return <OpenPanel {...{ address, items, onDeleted }} assetId={assetId} />
}

function OpenPanel({ address, items, onDeleted, assetId }: DetailPanelProps & { assetId: string }) {
  const dialog = useDialog(() => focusTile(assetId))
  const { asset, error, again } = useAsset(assetId)
  const at = items.findIndex(({ asset_id }) => asset_id === assetId)
  const [previous, next] = at < 0 ? [] : [items[at - 1]?.asset_id, items[at + 1]?.asset_id]
  const open = (id: string | undefined) => id && go(hrefWith(address, { asset: id }), { replaces: true })
  const close = () => go(hrefWith(address, { asset: '' }))

  const onKeyDown = (event: KeyboardEvent) => {
    if (hasUseForArrows(event.target) || event.altKey || event.ctrlKey || event.metaKey) return
    if (event.key === 'ArrowLeft') open(previous)
    if (event.key === 'ArrowRight') open(next)
  }
  return (
    <dialog
      ref={dialog}
      class="panel"
      aria-labelledby="panel-title"
      onKeyDown={onKeyDown}
      onCancel={event => {
        event.preventDefault()
        close()
      }}
      onClick={event => event.target === event.currentTarget && close()}
    >
      <div class="panel-sheet">
        <header class="panel-head">
          <h2 id="panel-title" tabIndex={-1} title={asset ? nameSpoken(asset.name) : ''}>
            {asset ? <Name name={nameSpoken(asset.name)} /> : 'Asset'}
          </h2>
          <Step
            sign="previous"
            label="Previous asset"
            isThere={previous !== undefined}
            onStep={() => open(previous)}
          />
          <Step sign="next" label="Next asset" isThere={next !== undefined} onStep={() => open(next)} />
          <Step sign="close" label="Close" isThere onStep={close} />
        </header>
        <div class="panel-body" key={assetId} aria-busy={asset === undefined && error === undefined}>
          {error !== undefined ? (
            <PanelTrouble error={error} again={again} />
          ) : asset === undefined ? (
            <div class="viewer ghost" />
          ) : (
            <>
              <Viewer asset={asset} />
              <Facts asset={asset} />
              {asset.status === 'ready' && <Snippets asset={asset} />}
              {asset.status === 'ready' && <Attach assetId={assetId} />}
              <Delete
                asset={asset}
                onDeleted={() => {
                  close()
                  onDeleted(assetId)
                }}
              />
            </>
          )}
        </div>
      </div>
    </dialog>
  )
}

const PanelTrouble = ({ error, again }: { error: unknown; again(): void }) =>
  isMissing(error) ? (
    <section class="state">
      <h2>No such asset</h2>
      <p>It was deleted, or belongs to another workspace.</p>
    </section>
  ) : (
    <Trouble error={error} again={again} />
  )

interface StepProps {
  sign: 'previous' | 'next' | 'close'
  label: string
  isThere: boolean
  onStep(): void
}

/** Not `disabled` at an end: it would lose the focus. */
const Step = ({ sign, label, isThere, onStep }: StepProps) => (
  <button
    type="button"
    class="button quiet square"
    aria-label={label}
    title={label}
    aria-disabled={!isThere}
    onClick={onStep}
  >
    <Glyph sign={sign} />
  </button>
)

interface Found {
  id: string
  asset?: Asset
  error?: unknown
}

function useAsset(assetId: string) {
  const { api } = useSession()
  const [found, setFound] = useState<Found>()
  const [tries, setTries] = useState(0)
  const again = () => setTries(before => before + 1)
  useChanges(({ isAll, changed, deleted }) => {
    if (isAll || changed.has(assetId) || deleted.has(assetId)) again()
  })
  // Another try asks the same again; what is shown stays while the server is away.
  useEffect(() => {
    const aborting = new AbortController()
    api.get<Asset>(`/assets/${encodeURIComponent(assetId)}`, {}, aborting.signal).then(
      asset => setFound({ id: assetId, asset }),
      error => {
        if (aborting.signal.aborted) return
        const isShown = (before: Found | undefined) => before?.id === assetId && before.asset !== undefined
        setFound(before => (isShown(before) && !isMissing(error) ? before : { id: assetId, error }))
      },
    )
    return () => aborting.abort()
  }, [api, assetId, tries])
  const current = found?.id === assetId ? found : undefined
  return { asset: current?.asset, error: current?.error, again }
}

/** Shown as a modal one, which keeps the focus inside; `onClosed` says where it goes afterwards. */
function useDialog(onClosed: () => void) {
  const dialog = useRef<HTMLDialogElement>(null)
  const closed = useRef(onClosed)
  closed.current = onClosed
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    element?.querySelector<HTMLElement>('h2')?.focus()
    return () => {
      element?.close()
      closed.current()
    }
  }, [])
  return dialog
}

/** The tile that was looked at last; else the grid has nothing to go back to and the browser decides. */
function focusTile(assetId: string): void {
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(`[data-asset="${CSS.escape(assetId)}"]`)?.focus(),
  )
}

const hasUseForArrows = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('input, textarea, select, video, audio, [role="radiogroup"]') !== null
