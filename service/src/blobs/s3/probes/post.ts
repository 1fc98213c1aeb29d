// Posting a form as a browser does, and reading what the store says to that.
import type { UploadForm } from '../../../assets/ports.ts'
import type { StoreFault } from '../../../upkeep/doctor/store-fault.ts'
import { ailmentOf, codeOf } from './fault.ts'

const ANSWER_WITHIN_MS = 10_000
const REDIRECTS = 3
/** Of an answer, so much is read. */
const SAID_CHARACTERS = 4_000

export interface Posted {
  fault: StoreFault | undefined
  /** `Access-Control-Allow-Origin` of the answer. */
  allowedOrigin: string | null
}

export async function postForm({ url, fields }: UploadForm, file: Buffer, origin?: string): Promise<Posted> {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  body.append('file', new Blob([new Uint8Array(file)]), 'probe')
  try {
    const answer = await ask(url, { method: 'POST', body, ...(origin && { headers: { origin } }) })
    const said = (await answer.text()).slice(0, SAID_CHARACTERS)
    return {
      fault: answer.ok ? undefined : refusalOf(answer.status, said),
      allowedOrigin: answer.headers.get('access-control-allow-origin'),
    }
  } catch (error) {
    return { fault: connectionFault(error), allowedOrigin: null }
  }
}

/** Redirects are not followed: a browser would lose the form on its way. */
export const ask = (url: string, init: RequestInit): Promise<Response> =>
  fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })

function refusalOf(status: number, said: string): StoreFault {
  const code = /<Code>(.*?)<\/Code>/.exec(said)?.[1] ?? ''
  const message = /<Message>(.*?)<\/Message>/.exec(said)?.[1] ?? ''
  const ailment = Math.floor(status / 100) === REDIRECTS ? 'region' : ailmentOf(code)
  return {
    ailment: /expired/i.test(message) ? 'clock' : ailment,
    said: [`HTTP ${status}`, code, message].filter(word => word !== '').join(', '),
  }
}

/** Fetch wraps the system's error in one that says nothing. */
function connectionFault(error: unknown): StoreFault {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const first = cause instanceof AggregateError ? cause.errors[0] : cause
  const isLate = error instanceof Error && error.name === 'TimeoutError'
  return {
    ailment: isLate ? 'unreachable' : ailmentOf(codeOf(first)),
    said: first instanceof Error ? first.message : String(first),
  }
}
