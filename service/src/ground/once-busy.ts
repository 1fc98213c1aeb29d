// Help that is worth its memory only where much is done.

/** A thread, say. */
interface Helper {
  /** Resolves when it is gone, whoever ended it. */
  ended: Promise<void>
  close(): Promise<void>
}

export interface OnceBusy<H extends Helper> {
  /** Counts what is about to be done; answers the helper where it has been started. */
  helperFor(count: number): H | undefined
  close(): Promise<void>
}

const BUSY_COUNT = 16
const WITHIN_MS = 1_000

/** Starts the helper once so much is done in a second, and again where it has ended. It stays: what was busy will be again. */
export function createOnceBusy<H extends Helper>(start: () => Promise<H>): OnceBusy<H> {
  const isBusy = countBusy()
  let helper: H | undefined
  let starting: Promise<void> | undefined
  const forget = () => {
    helper = undefined
    starting = undefined
  }
  const begin = async () => {
    // One that cannot be started is not tried again: all goes on without it.
    helper = await start().catch(() => undefined)
    void helper?.ended.then(forget)
  }
  return {
    helperFor: count => {
      if (helper === undefined && isBusy(count)) starting ??= begin()
      return helper
    },
    close: async () => {
      await starting
      await helper?.close()
    },
  }
}

function countBusy(): (more: number) => boolean {
  let since = 0
  let count = 0
  return more => {
    const now = performance.now()
    if (now - since > WITHIN_MS) {
      since = now
      count = 0
    }
    count += more
    return count >= BUSY_COUNT
  }
}
