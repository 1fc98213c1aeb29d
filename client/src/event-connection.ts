// One connection to a stream of server-sent events, until it ends, breaks or falls silent.
import { HerbariumError } from './errors.ts'
import { type Fetch, outOfReach, refusalOf } from './send.ts'
import { type Block, createBlockReader } from './server-sent-events.ts'

export interface Connecting {
  fetch: Fetch
  url: string
  headers: Record<string, string>
  signal: AbortSignal | undefined
  onOpen: () => void
}

/** The service says something every 15 s. */
const MAX_SILENCE_MS = 45_000

/** Throws what `send` would, once. */
export async function* blocksOf({
  fetch,
  url,
  headers,
  signal,
  onOpen,
}: Connecting): AsyncGenerator<Block, void, undefined> {
  const over = new AbortController()
  /** Silence counts only while something is waited for: whoever reads slowly holds nobody up. */
  const heard = async <T>(waiting: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => over.abort(), MAX_SILENCE_MS)
    try {
      return await waiting
    } catch (cause) {
      throw outOfReach(url, { cause })
    } finally {
      clearTimeout(timer)
    }
  }
  try {
    const response = await heard(
      fetch(url, {
        headers,
        signal: signal ? AbortSignal.any([signal, over.signal]) : over.signal,
        credentials: 'omit',
        cache: 'no-store',
      }),
    )
    if (!response.ok) throw refusalOf(response, await heard(response.text()))
    const reader = readerOf(response)
    const read = createBlockReader()
    const decoder = new TextDecoder()
    onOpen()
    for (;;) {
      const { value, done } = await heard(reader.read())
      if (done) return
      yield* read(decoder.decode(value, { stream: true }))
    }
  } finally {
    over.abort()
  }
}

function readerOf({ headers, body, status }: Response): ReadableStreamDefaultReader<Uint8Array> {
  const type = headers.get('content-type') ?? ''
  if (body !== null && type.startsWith('text/event-stream')) return body.getReader()
  throw new HerbariumError('unknown_error', 'What answered is not the API: check baseUrl.', { status })
}
