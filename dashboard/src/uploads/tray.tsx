// What is on its way up, in a corner of the page: a line a file, with its progress and what can be done about it.
import { useState } from 'preact/hooks'
import { hrefWith } from '../address.ts'
import { Name } from '../assets/tile.tsx'
import { Glyph, KindIcon, type Sign } from '../parts/icons.tsx'
import { bytesSpoken, countSpoken, kindOf } from '../parts/spoken.ts'
import { FileButton } from './choose-files.tsx'
import { isUnderWay, type UploadItem } from './item.ts'
import { useUploads } from './uploads.tsx'

export function Tray({ address }: { address: URL }) {
  const { items, lastFinished, clearFinished } = useUploads()
  const [isFolded, setIsFolded] = useState(false)
  return (
    <>
      <p class="unseen" role="status">
        {lastFinished && outcomeSpoken(lastFinished)}
      </p>
      {items.length > 0 && (
        <section class={`tray ${isFolded ? 'folded' : ''}`} aria-label="Uploads">
          <header class="tray-head">
            <h2>{summaryOf(items)}</h2>
            {items.some(({ state }) => state === 'ready') && (
              <button type="button" class="button quiet small" onClick={clearFinished}>
                Clear finished
              </button>
            )}
            <button
              type="button"
              class="button quiet square fold-sign"
              aria-expanded={!isFolded}
              aria-label={isFolded ? 'Show uploads' : 'Fold uploads away'}
              onClick={() => setIsFolded(!isFolded)}
            >
              <Glyph sign="down" />
            </button>
          </header>
          {!isFolded && (
            <ul class="tray-list">
              {items.toSorted(byUrgency).map(item => (
                <Line key={item.id} item={item} address={address} />
              ))}
            </ul>
          )}
        </section>
      )}
    </>
  )
}

/** What still needs the line, or someone, comes first. */
const byUrgency = (one: UploadItem, other: UploadItem): number => urgencyOf(one) - urgencyOf(other)
const urgencyOf = ({ state }: UploadItem): number => (state === 'ready' ? 2 : state === 'failed' ? 1 : 0)

const outcomeSpoken = ({ name, state, reason }: UploadItem): string =>
  state === 'ready' ? `${name} is ready.` : `${name} failed. ${reason}`

function summaryOf(items: UploadItem[]): string {
  const count = (isCounted: (item: UploadItem) => boolean) => items.filter(isCounted).length
  const underWay = count(isUnderWay)
  if (underWay > 0) return `Uploading ${countSpoken(underWay, 'file', 'files')}`
  const unfinished = count(({ state }) => state === 'unfinished')
  if (unfinished > 0) return `${countSpoken(unfinished, 'upload', 'uploads')} unfinished`
  const paused = count(({ state }) => state === 'paused')
  if (paused > 0) return `${countSpoken(paused, 'upload', 'uploads')} paused`
  const failed = count(({ state }) => state === 'failed')
  if (failed > 0) return `${countSpoken(failed, 'upload', 'uploads')} failed`
  return `${countSpoken(items.length, 'file', 'files')} uploaded`
}

function Line({ item, address }: { item: UploadItem; address: URL }) {
  const isOpenable = item.state === 'ready' && item.assetId !== undefined
  const name = <Name name={item.name} />
  return (
    <li class={`upload ${item.state}`} data-upload={item.name}>
      <span class="upload-kind">
        {item.state === 'ready' ? (
          <Glyph sign="check" />
        ) : item.state === 'failed' ? (
          <Glyph sign="warning" />
        ) : (
          <KindIcon kind={kindOf(item.contentType)} size={20} />
        )}
      </span>
      <span class="upload-name">
        {isOpenable ? <a href={hrefWith(address, { asset: item.assetId ?? '' })}>{name}</a> : name}
      </span>
      <span class="upload-actions">
        <Actions item={item} />
      </span>
      <progress
        class="upload-progress"
        max={1}
        value={item.state === 'verifying' ? undefined : shareOf(item)}
        aria-label={`${item.name}: sent`}
        hidden={item.state === 'ready' || item.state === 'failed'}
      />
      <span class="upload-facts">{factsOf(item)}</span>
      <Unfinished item={item} />
    </li>
  )
}

function Unfinished({ item }: { item: UploadItem }) {
  const { give } = useUploads()
  if (item.state !== 'unfinished') return null
  return (
    <span class="upload-again">
      <FileButton
        label="Choose the file again"
        className="button small"
        onFiles={([file]) => file && give(item.id, file)}
      />
    </span>
  )
}

const shareOf = ({ sentBytes, size }: UploadItem): number => (size === 0 ? 0 : Math.min(1, sentBytes / size))

function factsOf(item: UploadItem): string {
  const sent = `${bytesSpoken(item.sentBytes)} of ${bytesSpoken(item.size)}`
  switch (item.state) {
    case 'waiting':
      return `${bytesSpoken(item.size)} · waiting`
    case 'sending':
      return `${Math.floor(shareOf(item) * 100)} % · ${sent}`
    case 'verifying':
      return `${bytesSpoken(item.size)} · being looked at`
    case 'paused':
      return `Paused at ${sent}`
    case 'unfinished':
      return item.reason ?? `Left at ${sent}. The browser has forgotten the file.`
    case 'failed':
      return item.reason ?? 'Failed.'
    case 'ready':
      return `${bytesSpoken(item.size)} · ready`
  }
}

/** The same ones in the same order whatever the state: a button keeps its place, and with it the focus. */
function Actions({ item }: { item: UploadItem }) {
  const { pause, resume, cancel } = useUploads()
  const { id, name, state } = item
  const canPause = state === 'sending' || state === 'waiting'
  const canGoOn = state === 'paused' || state === 'failed'
  const isOver = state === 'ready' || state === 'failed'
  return (
    <>
      {(canPause || canGoOn) && (
        <Action
          sign={canPause ? 'pause' : state === 'paused' ? 'resume' : 'again'}
          label={`${canPause ? 'Pause' : state === 'paused' ? 'Resume' : 'Try again'}: ${name}`}
          onAct={() => (canPause ? pause(id) : resume(id))}
        />
      )}
      <Action
        sign="close"
        label={`${isOver ? 'Remove from the list' : 'Cancel'}: ${name}`}
        onAct={() => cancel(id)}
      />
    </>
  )
}

const Action = ({ sign, label, onAct }: { sign: Sign; label: string; onAct(): void }) => (
  <button type="button" class="button quiet square" aria-label={label} title={label} onClick={onAct}>
    <Glyph sign={sign} size={18} />
  </button>
)
