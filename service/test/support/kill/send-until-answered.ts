// A sane client of an address behind which nodes come and go: it asks again, and is never told of a fault of ours.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Send } from './asking.ts'

export interface Setbacks {
  /** Connections that broke, or could not be had. */
  cut: number
  /** Answers that said to come back. */
  refused: number
}

const GIVES_UP_AFTER_MS = 45_000
const ANSWER_WITHIN_MS = 30_000
const PAUSE_MS = 100
const LONGEST_PAUSE_S = 1

/**
 * Mostly on a connection of its own, so that the next request goes to another node; the rest are on one that is kept, as
 * a browser keeps it. Throws when nothing has come of it after a while.
 */
export const sendUntilAnswered =
  (setbacks: Setbacks): Send =>
  async (url, init = {}) => {
    const headers = new Headers(init.headers)
    if (randomInt(4) > 0) headers.set('connection', 'close')
    const from = performance.now()
    for (;;) {
      const answer = await answerOf(url, { ...init, headers })
      if (answer instanceof Response && !isTrouble(answer)) return answer
      if (performance.now() - from > GIVES_UP_AFTER_MS)
        throw new Error(`${init.method} ${url} came to nothing: ${await wordsOf(answer)}`)
      setbacks[answer instanceof Response ? 'refused' : 'cut']++
      await delay(pauseAfter(answer))
    }
  }

const wordsOf = async (answer: Response | Error): Promise<string> =>
  answer instanceof Response ? `${answer.status} ${await answer.text()}` : String(answer.cause ?? answer)

/** The answer with all of its body, since a connection may break in there, too; else why there is none. */
async function answerOf(url: string | URL, init: RequestInit): Promise<Response | Error> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    const body = await response.arrayBuffer()
    const { status, headers } = response
    assert.notEqual(status, 500, `${init.method} ${url}: ${Buffer.from(body).toString()}`)
    return new Response(body.byteLength === 0 ? null : body, { status, headers })
  } catch (error) {
    if (error instanceof TypeError) return error
    throw error // no answer for so long is stuck, and no passing trouble
  }
}

const isTrouble = ({ status, headers }: Response): boolean =>
  status === 503 || (status === 409 && headers.get('x-should-retry') !== 'false')

function pauseAfter(answer: Response | Error): number {
  const seconds = answer instanceof Response ? Number(answer.headers.get('retry-after') ?? 0) : 0
  return randomInt(PAUSE_MS) + Math.min(seconds, LONGEST_PAUSE_S) * 1000
}
