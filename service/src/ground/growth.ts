// Waiting for news without missing the moment between a look and the wait.
import type { News } from './news.ts'

export interface Growth {
  /** True for news since the last call, which may have come already; false once `ms` are over, or the signal aborts. */
  next(ms: number): Promise<boolean>
  end(): void
}

export function watchGrowth(news: News, workspaceId: string, signal: AbortSignal): Growth {
  let hasGrown = false
  let wake: () => void = () => undefined
  const off = news.on(workspaceId, () => {
    hasGrown = true
    wake()
  })
  const onAbort = () => wake()
  signal.addEventListener('abort', onAbort, { once: true })
  const sleep = async (ms: number) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    wake = resolve
    const timer = setTimeout(resolve, ms)
    await promise
    clearTimeout(timer)
  }
  return {
    next: async ms => {
      if (!hasGrown && !signal.aborted) await sleep(ms)
      const had = hasGrown
      hasGrown = false
      return had
    },
    end: () => {
      off()
      signal.removeEventListener('abort', onAbort)
    },
  }
}
