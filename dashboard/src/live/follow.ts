// Follows the workspace's events for as long as the page can be seen.
import { type Client, HerbariumError } from '@herbarium/client'
import type { Gatherer } from './gather.ts'

export interface Following {
  client: Pick<Client, 'events'>
  gatherer: Gatherer
  onConnection(isOpen: boolean): void
  /** The key was refused: nothing more is to be had by it. */
  onRefusedKey(error: HerbariumError): void
}

/** The last event that is known; none is before the first has come. */
interface Place {
  after: number | undefined
}

/** What stands in the way may be a proxy's page; nobody has to reload for it. */
const TROUBLE_MS = 30_000

/** A page that is not seen gives its connection back: a browser has six for all its pages. Answers how to end it. */
export function followWhileSeen(following: Following): () => void {
  const place: Place = { after: undefined }
  let under: AbortController | undefined
  const stop = () => {
    under?.abort()
    under = undefined
  }
  const look = () => {
    if (document.hidden) return stop()
    if (under !== undefined) return
    under = new AbortController()
    void follow(following, place, under.signal)
  }
  document.addEventListener('visibilitychange', look)
  look()
  return () => {
    document.removeEventListener('visibilitychange', look)
    stop()
  }
}

async function follow(following: Following, place: Place, signal: AbortSignal): Promise<void> {
  const { client, gatherer } = following
  const onConnection = (isOpen: boolean) => {
    following.onConnection(isOpen)
    if (isOpen) gatherer.addAll() // what was asked for while the server was away has not come
  }
  while (!signal.aborted)
    try {
      for await (const event of client.events({ after: place.after, signal, onConnection })) {
        place.after = event.seq
        gatherer.add(event)
      }
    } catch (error) {
      if (isKeyRefused(error)) return following.onRefusedKey(error)
      await startAnew(following, place, { error, signal })
    }
}

const isKeyRefused = (error: unknown): error is HerbariumError =>
  error instanceof HerbariumError && error.status === 401

/** At once where the log no longer has the place, or never had it because it was restored. */
async function startAnew(
  { onConnection }: Following,
  place: Place,
  { error, signal }: { error: unknown; signal: AbortSignal },
): Promise<void> {
  const isLostPlace = error instanceof HerbariumError && (error.status === 410 || error.status === 400)
  const isFirst = place.after === undefined
  place.after = undefined
  if (isLostPlace && !isFirst) return
  onConnection(false)
  await pause(TROUBLE_MS, signal)
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
