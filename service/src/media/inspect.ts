// Looks into a whole file of a known type and reports what a listing shows of it.
import { imageFacts } from './image.ts'

/** What was found; null where a type has no such thing. `unreadable` bytes are not what their opening claims. */
export interface MediaFacts {
  width: number | null
  height: number | null
  frames: number | null
  unreadable: boolean
}

const nothing: MediaFacts = { width: null, height: null, frames: null, unreadable: false }

/** The facts of the file at `path`, whose first bytes showed the media type `type`. */
export async function inspect(type: string, path: string): Promise<MediaFacts> {
  if (!type.startsWith('image/')) return { ...nothing }
  const facts = await imageFacts(path)
  return facts === undefined ? { ...nothing, unreadable: true } : { ...facts, unreadable: false }
}
