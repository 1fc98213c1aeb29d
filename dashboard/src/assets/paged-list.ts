// A list that comes page by page: the first one at once, the next when someone gets near its end.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { isAborted } from '../api/errors.ts'
import type { Meta } from '../api/wire.ts'

export interface Fetched<Item> {
  items: Item[]
  meta: Meta
}

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
  /** Looks whether something came on top. */
  refresh(): void
  drop(id: string): void
}

export interface Source<Item> {
  /** Another one is another list. */
  key: string
  idOf(item: Item): string
  fetchPage(cursor: string | undefined, signal: AbortSignal): Promise<Fetched<Item>>
}

interface Kept<Item> {
  items: Item[]
  cursor: string | null | undefined
  total: number | undefined
  error: unknown
  isLoading: boolean
}

const NOTHING = { items: [], cursor: undefined, total: undefined, error: undefined, isLoading: true }

export function usePagedList<Item>(source: Source<Item>): PagedList<Item> {
  const [kept, setKept] = useState<Kept<Item>>(NOTHING)
  const now = useRef({ source, kept, signal: new AbortController().signal, isBusy: false })
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
    now.current.signal = aborting.signal
    setKept(NOTHING)
    load(undefined)
    return () => aborting.abort()
  }, [source.key])

  const more = useCallback(() => {
    const { cursor } = now.current.kept
    if (!now.current.isBusy && cursor !== null) load(cursor)
  }, [load])

  const refresh = useCallback(async () => {
    const { signal, source: asked } = now.current
    if (now.current.kept.cursor === undefined) return more()
    const page = await asked.fetchPage(undefined, signal).catch(() => undefined) // who scrolls on will see the error
    if (page !== undefined && !signal.aborted) setKept(before => topped(before, page, asked.idOf))
  }, [more])

  const drop = useCallback((id: string) => {
    setKept(before => ({
      ...before,
      items: before.items.filter(item => now.current.source.idOf(item) !== id),
      total: before.total && before.total - 1,
    }))
  }, [])

  return {
    items: kept.items,
    isFirst: kept.cursor === undefined,
    isLoading: kept.isLoading,
    error: kept.error,
    hasMore: kept.cursor !== null,
    total: kept.total,
    more,
    refresh,
    drop,
  }
}

/** What was on a page before may be on the next one too: others came in between. */
function joined<Item>(before: Kept<Item>, page: Fetched<Item>, idOf: (item: Item) => string): Kept<Item> {
  const known = new Set(before.items.map(idOf))
  return {
    items: [...before.items, ...page.items.filter(item => !known.has(idOf(item)))],
    cursor: page.meta.next_cursor,
    total: before.total ?? page.meta.total_estimate ?? undefined,
    error: undefined,
    isLoading: false,
  }
}

/** A new first page on the old list; where they do not meet there are more new items than one page, and it begins anew. */
function topped<Item>(before: Kept<Item>, page: Fetched<Item>, idOf: (item: Item) => string): Kept<Item> {
  const fresh = new Map(page.items.map(item => [idOf(item), item]))
  const isMeeting = before.items.some(item => fresh.has(idOf(item)))
  const rest = isMeeting ? before.items.filter(item => !fresh.has(idOf(item))) : []
  return {
    ...before,
    items: [...fresh.values(), ...rest],
    cursor: isMeeting ? before.cursor : page.meta.next_cursor,
    total: page.meta.total_estimate ?? undefined,
  }
}
