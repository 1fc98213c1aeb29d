// Events gathered into one word on what has changed, so that however many come, the page looks once a second at most.
import type { AssetEvent } from '@herbarium/client'

export interface Changes {
  /** Anything may have changed: what happened before is not known. */
  isAll: boolean
  /** Assets that something happened to and that are still there. */
  changed: ReadonlySet<string>
  deleted: ReadonlySet<string>
}

export interface Gatherer {
  add(event: AssetEvent): void
  addAll(): void
  close(): void
}

/** What belongs together, such as all events of one upload, comes within this. */
const TOGETHER_MS = 100
const APART_MS = 1_000

export function createGatherer(tell: (changes: Changes) => void): Gatherer {
  const nothing = () => ({ isAll: false, changed: new Set<string>(), deleted: new Set<string>() })
  let gathered = nothing()
  let toldAt = Number.NEGATIVE_INFINITY
  let timer: number | undefined
  const tellAll = () => {
    const changes = gathered
    gathered = nothing()
    timer = undefined
    toldAt = performance.now()
    tell(changes)
  }
  const soon = () => {
    timer ??= window.setTimeout(tellAll, Math.max(TOGETHER_MS, toldAt + APART_MS - performance.now()))
  }
  return {
    add: ({ asset_id: id, type }) => {
      if (id === null) return
      const isDeleted = type === 'asset.deleted'
      gathered[isDeleted ? 'deleted' : 'changed'].add(id)
      if (isDeleted) gathered.changed.delete(id)
      soon()
    },
    addAll: () => {
      gathered.isAll = true
      soon()
    },
    close: () => clearTimeout(timer),
  }
}
