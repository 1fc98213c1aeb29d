// What this tab remembers of uploads that are not over: enough to go on after it was loaded anew, and no longer.
import type { UploadItem } from './item.ts'

const ITEMS = 'herbarium.uploads'
/** The client's own notes begin so; they hold the URLs that bytes go to. */
const NOTES = 'herbarium:'

/** Where the client keeps its reservations. */
export const tabStore = {
  get: (key: string) => sessionStorage.getItem(key),
  set: (key: string, value: string) => sessionStorage.setItem(key, value),
  delete: (key: string) => sessionStorage.removeItem(key),
}

export function keepItems(items: UploadItem[]): void {
  const open = items.filter(({ state, isRetry }) => state !== 'ready' && !(state === 'failed' && isRetry))
  if (open.length === 0) sessionStorage.removeItem(ITEMS)
  else sessionStorage.setItem(ITEMS, JSON.stringify(open))
}

/** What was under way when the page was left. */
export function keptItems(): UploadItem[] {
  const kept = sessionStorage.getItem(ITEMS)
  if (kept === null) return []
  const items = JSON.parse(kept) as UploadItem[] // written above, by this page
  return items.map(item => ({ ...item, state: 'unfinished', reason: undefined }))
}

/** An asset that was deleted is not to be gone on with. */
export function forgetAsset(assetId: string): void {
  for (const key of Object.keys(sessionStorage))
    if (key.startsWith(NOTES) && sessionStorage.getItem(key)?.includes(`"${assetId}"`))
      sessionStorage.removeItem(key)
}

/** For whoever signs in next in this tab. */
export function forgetUploads(): void {
  for (const key of Object.keys(sessionStorage))
    if (key === ITEMS || key.startsWith(NOTES)) sessionStorage.removeItem(key)
}
