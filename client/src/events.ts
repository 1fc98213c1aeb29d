// The workspace's log of changes, followed as it grows: each event once, whatever breaks in between.
import { type Api, missingCredential } from './api.ts'
import { HerbariumError } from './errors.ts'
import { blocksOf } from './event-connection.ts'
import { backoffMs, pause } from './retry.ts'
import type { Fetch } from './send.ts'
import type { Block } from './server-sent-events.ts'
import type { AssetEvent, AssetEventType, EventPage } from './wire.ts'

export interface EventsOptions {
  /** The `seq` of the last event that is known; 0 is before the first. Default: from now on. */
  after?: number | undefined
  /** Default: all. */
  types?: AssetEventType[] | undefined
  /** Ends it, without an error. */
  signal?: AbortSignal | undefined
  /** True when the stream has been opened, false when it is lost or out of reach and will be tried again. */
  onConnection?: ((isOpen: boolean) => void) | undefined
}

export interface ReadEventsOptions {
  /** The `seq` of the last event that was read. Default: before the oldest that is kept. */
  after?: number | undefined
  /** Default: all. */
  types?: AssetEventType[] | undefined
  /** From 1 to 1000. Default: 100. */
  limit?: number | undefined
  /** How long to wait where there is nothing yet, at most 50. Default: 0. */
  waitSeconds?: number | undefined
  signal?: AbortSignal | undefined
}

export interface EventsPorts {
  fetch: Fetch
  baseUrl: string
  key: string | undefined
}

interface Place {
  /** The log has been read up to here; undefined until the service has said where it is. */
  after: number | undefined
  /** The wait before another try. */
  retryMs: number
  /** Tries in a row that have brought nothing. */
  failures: number
}

const RETRY_MS = 2_000

/** Goes on until the signal says so. Throws what no other try mends: `gone` for a place that is not kept any more. */
export async function* followEvents(
  ports: EventsPorts,
  options: EventsOptions = {},
): AsyncGenerator<AssetEvent, void, undefined> {
  const { signal, onConnection } = options
  const place: Place = { after: options.after, retryMs: RETRY_MS, failures: 0 }
  while (!signal?.aborted) {
    let wishedMs: number | undefined
    try {
      for await (const block of connected(ports, options, place)) {
        if (signal?.aborted) return
        yield* eventsIn(block, place)
      }
    } catch (error) {
      if (!signal?.aborted) wishedMs = wishOf(error)
    }
    if (signal?.aborted) return
    onConnection?.(false)
    const delayMs = wishedMs ?? backoffMs(place.failures++, Math.random(), place.retryMs)
    await pause(delayMs, signal).catch(() => undefined) // the loop sees the signal
  }
}

/** How long the service asks to wait; throws what waiting does not mend. */
function wishOf(error: unknown): number | undefined {
  if (error instanceof HerbariumError && error.canRetry) return error.retryAfterMs
  throw error
}

function connected(
  { fetch, baseUrl, key }: EventsPorts,
  { types, signal, onConnection }: EventsOptions,
  { after }: Place,
): AsyncGenerator<Block, void, undefined> {
  if (key === undefined) throw missingCredential()
  const query = types === undefined ? '' : `?${new URLSearchParams({ types: types.join() })}`
  return blocksOf({
    fetch,
    url: `${baseUrl}/events/stream${query}`,
    headers: {
      authorization: `Bearer ${key}`,
      ...(after === undefined ? {} : { 'last-event-id': String(after) }),
    },
    signal,
    onOpen: () => onConnection?.(true),
  })
}

/** None in a block that only says how far the log has been read, and none that was told before. */
function eventsIn({ id, data, retry }: Block, place: Place): AssetEvent[] {
  place.failures = 0
  if (retry !== undefined && /^\d+$/.test(retry)) place.retryMs = Number(retry)
  if (id === undefined || !/^\d+$/.test(id)) return []
  const seq = Number(id)
  if (place.after !== undefined && seq <= place.after) return []
  place.after = seq
  return data === undefined ? [] : [JSON.parse(data)]
}

export function readEvents(
  api: Pick<Api, 'events'>,
  { types, waitSeconds, signal, ...plain }: ReadEventsOptions = {},
): Promise<EventPage> {
  const query = new URLSearchParams()
  const named = { ...plain, types: types?.join(), wait: waitSeconds }
  for (const [name, value] of Object.entries(named)) if (value !== undefined) query.set(name, String(value))
  return api.events(query, signal)
}
