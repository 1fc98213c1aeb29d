// A client that comes back for as long as it is told to, and no other answer than that stops it.
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'

/** How often clients were told to come back. */
export interface Told {
  refusals: number
}

const TRIES = 600
/** Sooner than `retry-after` says, so that a test sees more of the trouble. */
const PAUSE_MS = 50

/** Repeats a request while its answer is a 503 that says when to come back; gives the first other answer. */
export async function persistently(request: () => Promise<Response>, told: Told): Promise<Response> {
  for (let tries = 0; tries < TRIES; tries++) {
    const response = await request()
    if (response.status !== 503) return response
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    told.refusals++
    await delay(PAUSE_MS)
  }
  throw new Error('was told to come back for too long')
}
