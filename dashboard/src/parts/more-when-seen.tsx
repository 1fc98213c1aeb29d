// The end of a list: when it comes near the screen, the next page is asked for.
import { useEffect, useRef } from 'preact/hooks'
import type { PagedList } from '../assets/paged-list.ts'

export function MoreWhenSeen<Item>({ list }: { list: PagedList<Item> }) {
  const mark = useRef<HTMLDivElement>(null)
  const { hasMore, isLoading, error, more } = list
  const isWanted = hasMore && !isLoading && error === undefined
  useEffect(() => {
    if (!isWanted || mark.current === null) return
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && more(), {
      rootMargin: '1200px',
    })
    observer.observe(mark.current)
    return () => observer.disconnect()
  }, [isWanted, more])
  return <div ref={mark} class="mark" aria-hidden="true" />
}
