// Tells every endpoint of what happens, many at once and each by itself: one that hangs holds up nobody else.
import type { News } from '../ground/news.ts'
import { openWakeable } from '../ground/wakeable.ts'
import { deliverTo, HOLD_MS } from './deliver.ts'
import type { WebhookPorts } from './ports.ts'
import type { Webhook } from './webhook.ts'

/** Pauses end, and other nodes' endpoints come free, without any news. */
const LOOK_EVERY_MS = 1_000
/** However much happens, rows are asked no more often who is to be told of it. */
const LOOK_AT_MOST_EVERY_MS = 20
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
  const begin = (owner: string, webhook: Webhook) => {
    const delivering = deliverTo(ports, { owner, webhook }, stop.signal)
      .catch(onError)
      .finally(() => {
        underWay.delete(delivering)
        looking.wake()
      })
    underWay.add(delivering)
  }
  const look = async () => {
    const limit = MOST_AT_ONCE - underWay.size
    if (limit === 0) return
    const now = ports.clock.now()
    const owner = ports.ids.token()
    const due = await ports.webhooks.claim({ owner, until: now + HOLD_MS }, { now, limit })
    for (const webhook of due) begin(owner, webhook)
  }
  const looking = openWakeable(
    ports.clock,
    { everyMs: LOOK_EVERY_MS, atMostEveryMs: LOOK_AT_MOST_EVERY_MS, onError },
    look,
  )
  const off = ports.news.onAny(looking.wake)
  return {
    close: async () => {
      off()
      stop.abort()
      await looking.close()
      await Promise.allSettled(underWay)
    },
  }
}
