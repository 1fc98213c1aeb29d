// How far a store's clock is from ours, by the dates of its answers.
import type { S3Client } from '@aws-sdk/client-s3'
import type { Clock } from '../../../ground/clock.ts'

const SECOND_MS = 1000

/** From now on, the answer that took the least time tells; undefined until one came with a date. */
export function watchClock(client: S3Client, clock: Clock): () => number | undefined {
  let best: { tookMs: number; aheadMs: number } | undefined
  client.middlewareStack.add(
    next => async request => {
      const before = clock.now()
      const result = await next(request)
      const after = clock.now()
      const date = dateOf(result.response)
      const tookMs = after - before
      // A date is cut to its second: on the average half of one is missing.
      if (date !== undefined && (best === undefined || tookMs < best.tookMs))
        best = { tookMs, aheadMs: date + SECOND_MS / 2 - (before + after) / 2 }
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'watchClock' },
  )
  return () => best?.aheadMs
}

function dateOf(response: unknown): number | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined
  const { headers } = response
  if (typeof headers !== 'object' || headers === null || !('date' in headers)) return undefined
  const time = Date.parse(String(headers.date))
  return Number.isNaN(time) ? undefined : time
}
