// A window on a body that is still arriving: the bytes that came and were not yet taken.

import { brokenBody, Refusal } from '../../ground/errors.ts'
import { joined, letGo } from '../../ground/let-go.ts'

export interface ByteWindow {
  /** What came and was not yet taken; valid until the next `take` or `widen`. */
  bytes(): Buffer
  /** True once the body has no more bytes than these. */
  hasEnded(): boolean
  /** Takes the first `count` bytes out of the window, without copying them. */
  take(count: number): Buffer
  /** Waits for more bytes, unless the body has ended; throws `brokenBody` if it breaks. */
  widen(): Promise<void>
  /** Leaves the body: calls its iterator's `return` if it has not ended. */
  close(): Promise<void>
}

// Where a delimiter or a header lies across two chunks, no more of the second is joined to the first than these.
const maxCopiedBytes = 4096

/** Opens a window that holds `initial`; the body's bytes come after it, and its chunks are taken for good. */
export function openByteWindow(initial: Buffer, body: AsyncIterable<Uint8Array>): ByteWindow {
  const chunks = openChunks(body)
  let held = initial
  let waiting: Buffer | undefined
  let hasEnded = false
  return {
    bytes: () => held,
    hasEnded: () => hasEnded,
    take(count) {
      const taken = held.subarray(0, count)
      held = held.subarray(count)
      return taken
    },
    async widen() {
      const chunk = waiting ?? (await chunks.next())
      waiting = undefined
      if (chunk === undefined) {
        hasEnded = true
      } else if (held.length === 0) {
        held = chunk
      } else {
        held = Buffer.concat([held, chunk.subarray(0, maxCopiedBytes)])
        // Copied, too: a file's bytes can be given back early only where they are alone in their memory.
        if (chunk.length > maxCopiedBytes) waiting = joined([chunk.subarray(maxCopiedBytes)])
        letGo(chunk)
      }
    },
    close: () => chunks.close(),
  }
}

/** The body's chunks as buffers, none of them empty; a failure, once seen, stays. */
function openChunks(body: AsyncIterable<Uint8Array>) {
  const iterator = body[Symbol.asyncIterator]()
  let isOver = false
  let failure: Error | undefined
  async function next(): Promise<Buffer | undefined> {
    while (!isOver) {
      const { done, value } = await iterator.next()
      if (done) isOver = true
      else if (value.length > 0) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    }
    return undefined
  }
  return {
    async next() {
      if (failure !== undefined) throw failure
      try {
        return await next()
      } catch (cause) {
        isOver = true
        // What the body's maker refuses, such as its size, is not for this reader to rename.
        failure = cause instanceof Refusal ? cause : brokenBody(cause)
        throw failure
      }
    },
    async close() {
      if (isOver) return
      isOver = true
      failure = new Error('this multipart body was left before its end')
      // Whoever leaves has an answer or an error of its own, which a failing farewell must not replace.
      await iterator.return?.().catch(() => undefined)
    },
  }
}
