// The page's own address: where it is, what it shows, and how it goes elsewhere without being loaded anew.
import { useEffect, useMemo, useState } from 'preact/hooks'

/** What stands before every path where a proxy serves the page below another one; mostly empty. */
export const root = document.documentElement.dataset.root ?? ''

/** What the grid shows; all of it stands in the URL. */
export interface View {
  query: string
  type: string
  status: string
  project: string
  folder: string
  /** The asset whose panel is open. */
  asset: string
}

const NAMES = ['query', 'type', 'status', 'project', 'folder', 'asset'] as const

export type Place = { page: 'assets' | 'projects' | 'nowhere' } | { page: 'canvas'; projectId: string }

export function placeOf({ pathname }: URL): Place {
  const path = pathname.slice(root.length)
  if (path === '/' || path === '') return { page: 'assets' }
  if (/^\/projects\/?$/.test(path)) return { page: 'projects' }
  const [, projectId] = /^\/projects\/([^/]+)\/?$/.exec(path) ?? []
  return projectId === undefined ? { page: 'nowhere' } : { page: 'canvas', projectId: decoded(projectId) }
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export const viewOf = ({ searchParams }: URL): View => {
  const said = (name: keyof View) => searchParams.get(name) ?? ''
  return {
    query: said('query'),
    type: said('type'),
    status: said('status'),
    project: said('project'),
    folder: said('folder'),
    asset: said('asset'),
  }
}

/** The same page with other things said of it; what is empty is left out. */
export function hrefWith(url: URL, changed: Partial<View>): string {
  const said = { ...viewOf(url), ...changed }
  const search = new URLSearchParams(NAMES.filter(name => said[name] !== '').map(name => [name, said[name]]))
  return `${url.pathname}${search.size > 0 ? `?${search}` : ''}`
}

export const canvasHref = (projectId: string): string => `${root}/projects/${encodeURIComponent(projectId)}`

export function go(href: string, { replaces = false }: { replaces?: boolean } = {}): void {
  if (replaces) history.replaceState(null, '', href)
  else history.pushState(null, '', href)
  dispatchEvent(new PopStateEvent('popstate'))
}

export function useAddress(): URL {
  const [href, setHref] = useState(location.href)
  useEffect(() => {
    const look = () => setHref(location.href)
    const follow = (event: MouseEvent) => {
      const target = ownLink(event)
      if (target === undefined) return
      event.preventDefault()
      const isElsewhere = target.pathname !== location.pathname
      go(target.href)
      if (isElsewhere) scrollTo(0, 0)
    }
    addEventListener('popstate', look)
    document.addEventListener('click', follow)
    return () => {
      removeEventListener('popstate', look)
      document.removeEventListener('click', follow)
    }
  }, [])
  return useMemo(() => new URL(href), [href])
}

/** A plain click on a link to this page; every other the browser follows itself. */
function ownLink(event: MouseEvent): URL | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null
  if (!(link instanceof HTMLAnchorElement) || link.target !== '' || link.hasAttribute('download'))
    return undefined
  const target = new URL(link.href)
  const isOwn = target.origin === location.origin && placeOf(target).page !== 'nowhere' && target.hash === ''
  return isOwn ? target : undefined
}
