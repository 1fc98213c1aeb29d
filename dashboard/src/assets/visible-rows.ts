// Which rows of a long grid are on the screen: only they are drawn.
import { useLayoutEffect, useState } from 'preact/hooks'

/** A ref to what is measured. */
interface Box {
  readonly current: HTMLElement | null
}

export interface Columns {
  count: number
  /** Of one column, in pixels. */
  width: number
}

/** As many columns as fit, all of one width; two at least. */
export function columnsIn(width: number, { atLeast, gap }: { atLeast: number; gap: number }): Columns {
  const count = Math.max(2, Math.floor((width + gap) / (atLeast + gap)))
  return { count, width: Math.max(0, (width - gap * (count - 1)) / count) }
}

export function useWidth(element: Box): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    if (element.current === null) return
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0))
    observer.observe(element.current)
    setWidth(element.current.clientWidth)
    return () => observer.disconnect()
  }, [element])
  return width
}

/** The first row on the screen and the one after the last, with some to spare on both sides. */
export function useVisibleRows(
  element: Box,
  { rowHeight, spare }: { rowHeight: number; spare: number },
): { first: number; end: number } {
  const [rows, setRows] = useState({ first: 0, end: 0 })
  useLayoutEffect(() => {
    let frame = 0
    const look = () => {
      frame = 0
      if (element.current === null || rowHeight <= 0) return
      const above = -element.current.getBoundingClientRect().top
      const first = Math.max(0, Math.floor(above / rowHeight) - spare)
      const end = Math.max(0, Math.ceil((above + innerHeight) / rowHeight) + spare)
      setRows(before => (before.first === first && before.end === end ? before : { first, end }))
    }
    const later = () => {
      frame ||= requestAnimationFrame(look)
    }
    look()
    addEventListener('scroll', later, { passive: true })
    addEventListener('resize', later)
    return () => {
      cancelAnimationFrame(frame)
      removeEventListener('scroll', later)
      removeEventListener('resize', later)
    }
  }, [element, rowHeight, spare])
  return rows
}
