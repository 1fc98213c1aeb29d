// A list that comes page by page: the first one at once, the next when someone gets near its end.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { isAborted } from '../api/errors.ts'
import { type Fetched, joined, type Kept, NOTHING, topped, withChanged, without } from './kept-pages.ts'

export interface PagedList<Item> {
  items: Item[]
  /** Nothing has come yet. */
  isFirst: boolean
  isLoading: boolean
  error: unknown
  hasMore: boolean
  /** Of the whole list, where the server knows it. */
  total: number | undefined
  /** Asks for the next page; after an error, for the same one again. */
  more(): void
  /** Looks at the first page again: what came on top, went or changed. */
  refresh(): void
  drop(id: string): void
  change(id: string, changed: (item: Item) => Item): void
}

export interface Source<Item> {
  /** Another one is another list. */
  key: string
  idOf(item: Item): string
  fetchPage(cursor: string | undefined, signal: AbortSignal): Promise<Fetched<Item>>
}

const NEVER = new AbortController().signal

export function usePagedList<Item>(source: Source<Item>): PagedList<Item> {
  const [kept, setKept] = useState<Kept<Item>>(NOTHING)
  const now = useRef({ source, kept, signal: NEVER, isBusy: false, isStale: false, isMoreWanted: false })
  now.current.source = source
  now.current.kept = kept

  const load = useCallback(async (cursor: string | undefined) => {
    const { signal, source: asked } = now.current
    now.current.isBusy = true
    setKept(before => ({ ...before, isLoading: true, error: undefined }))
    try {
      const page = await asked.fetchPage(cursor, signal)
      if (!signal.aborted) setKept(before => joined(before, page, asked.idOf))
    } catch (error) {
      if (!signal.aborted && !isAborted(error)) setKept(before => ({ ...before, isLoading: false, error }))
    } finally {
      if (!signal.aborted) now.current.isBusy = false
    }
  }, [])

  // Another key is another list.
  useEffect(() => {
    const aborting = new AbortController()
    Object.assign(now.current, { signal: aborting.signal, isStale: false, isMoreWanted: false })
    setKept(NOTHING)
    load(undefined)
    return () => aborting.abort()
  }, [source.key])

  const more = useCallback(() => {
    const { kept: shown, isBusy } = now.current
    now.current.isMoreWanted = isBusy
    if (!isBusy && shown.cursor !== null) load(shown.cursor)
  }, [load])

  const refresh = useCallback(async () => {
    const { signal, source: asked, kept: shown, isBusy } = now.current
    now.current.isStale = isBusy // what is on its way may be older than what has changed
    if (isBusy) return
    if (shown.cursor === undefined) return more()
    now.current.isBusy = true
    const page = await asked.fetchPage(undefined, signal).catch(() => undefined) // who scrolls on will see the error
    if (signal.aborted) return
    now.current.isBusy = false
    setKept(before => (page === undefined ? { ...before } : topped(before, page, asked.idOf)))
  }, [more])

  // One request at a time: what was asked for meanwhile is done now.
  useEffect(() => {
    const { isBusy, isStale, isMoreWanted } = now.current
    if (isBusy) return
    if (isStale) refresh()
    else if (isMoreWanted) more()
  }, [kept, refresh, more])

  return {
    items: kept.items,
    isFirst: kept.cursor === undefined,
    isLoading: kept.isLoading,
    error: kept.error,
    hasMore: kept.cursor !== null,
    total: kept.total,
    more,
    refresh,
    ...useEdits(now, setKept),
  }
}

function useEdits<Item>(
  now: { readonly current: { source: Source<Item> } },
  setKept: (edit: (before: Kept<Item>) => Kept<Item>) => void,
): Pick<PagedList<Item>, 'drop' | 'change'> {
  return useMemo(() => {
    const isOne = (id: string) => (item: Item) => now.current.source.idOf(item) === id
    return {
      drop: id => setKept(before => without(before, isOne(id))),
      change: (id, changed) => setKept(before => withChanged(before, isOne(id), changed)),
    }
  }, [now, setKept])
}
