// A connection that hears what other nodes tell, opened again whenever it is lost.
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

const AGAIN_AFTER_MS = 1_000
const KEEPALIVE_AFTER_MS = 10_000

/** Calls back with each notification, and with an empty one whenever some may have been missed. */
export function openListener(
  url: string,
  channel: string,
  onNotified: (payload: string) => void,
): { close(): Promise<void> } {
  const stop = new AbortController()
  const run = async () => {
    while (!stop.signal.aborted) {
      await listenOnce(url, channel, { onNotified, signal: stop.signal }).catch(() => undefined)
      await delay(AGAIN_AFTER_MS, undefined, { signal: stop.signal, ref: false }).catch(() => undefined)
    }
  }
  const running = run()
  return {
    close: () => {
      stop.abort()
      return running
    },
  }
}

/** Resolves once the connection is over. */
async function listenOnce(
  connectionString: string,
  channel: string,
  { onNotified, signal }: { onNotified: (payload: string) => void; signal: AbortSignal },
): Promise<void> {
  const client = new pg.Client({
    connectionString,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_AFTER_MS,
    connectionTimeoutMillis: KEEPALIVE_AFTER_MS,
  })
  const { promise: over, resolve } = Promise.withResolvers<void>()
  client.on('error', () => resolve()).on('end', () => resolve())
  client.on('notification', ({ payload = '' }) => onNotified(payload))
  signal.addEventListener('abort', () => resolve(), { once: true })
  try {
    await client.connect()
    await client.query(`listen ${channel}`)
    onNotified('')
    if (!signal.aborted) await over
  } finally {
    await client.end().catch(() => undefined)
  }
}
