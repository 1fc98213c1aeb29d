// Tells every endpoint of what happens, many at once and each by itself: one that hangs holds up nobody else.
import type { News } from '../ground/news.ts'
import { deliverTo, HOLD_MS } from './deliver.ts'
import type { WebhookPorts } from './ports.ts'

/** Pauses end, and other nodes' endpoints come free, without any news. */
const LOOK_EVERY_MS = 1_000
const MOST_AT_ONCE = 64

export interface Dispatcher {
  /** Stops what is on its way; it is sent again, by whoever comes next. */
  close(): Promise<void>
}

export function openDispatcher(
  ports: WebhookPorts & { news: News },
  { onError }: { onError: (error: unknown) => void },
): Dispatcher {
  const stop = new AbortController()
  const underWay = new Set<Promise<void>>()
  let isWanted = true
  let wake: () => void = () => undefined
  const want = () => {
    isWanted = true
    wake()
  }
  const off = ports.news.onAny(want)
  const begin = (owner: string, webhook: Parameters<typeof deliverTo>[1]['webhook']) => {
    const delivering = deliverTo(ports, { owner, webhook }, stop.signal)
      .catch(onError)
      .finally(() => {
        underWay.delete(delivering)
        want()
      })
    underWay.add(delivering)
  }
  const look = async () => {
    isWanted = false
    const limit = MOST_AT_ONCE - underWay.size
    if (limit === 0) return
    const now = ports.clock.now()
    const owner = ports.ids.token()
    const due = await ports.webhooks.claim({ owner, until: now + HOLD_MS }, { now, limit })
    for (const webhook of due) begin(owner, webhook)
  }
  const pause = async () => {
    if (isWanted) return
    const early = new AbortController()
    wake = () => early.abort()
    await ports.clock
      .delay(LOOK_EVERY_MS, AbortSignal.any([early.signal, stop.signal]))
      .catch(() => undefined)
  }
  const run = async () => {
    while (!stop.signal.aborted) {
      await look().catch(async error => {
        onError(error)
        await ports.clock.delay(LOOK_EVERY_MS, stop.signal).catch(() => undefined)
      })
      await pause()
    }
  }
  const running = run()
  return {
    close: async () => {
      off()
      stop.abort()
      await running
      await Promise.allSettled(underWay)
    },
  }
}
