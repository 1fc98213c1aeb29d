// What a refused request was told: the closed error envelope, and the header for clients that repeat themselves.
import { APIError } from '@flora-ai/flora'
import { z } from 'zod'

export interface Refused {
  status: number
  code: string
  message: string
  /** The names of the fields at fault. */
  fields: string[]
  /** The header x-should-retry. */
  shouldRetry: string | null
}

const envelope = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string().min(1),
    fields: z.array(z.strictObject({ field: z.string(), message: z.string().min(1) })).optional(),
  }),
})

/** Reads a refusal; throws when the answer is none, or not in the closed envelope. */
export async function refusalIn(response: Response): Promise<Refused> {
  if (response.status < 400) throw new Error(`not refused: ${response.status} ${await response.text()}`)
  return refused(response.status, response.headers, await response.json())
}

/** What the official client's call was refused with; throws when it was not. */
export async function refusalOf(call: PromiseLike<unknown>): Promise<Refused> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof APIError) || error.status === undefined || error.headers === undefined)
    throw new Error('the call was not refused', { cause: error })
  return refused(error.status, error.headers, error.error)
}

function refused(status: number, headers: Headers, body: unknown): Refused {
  const { error } = envelope.parse(body)
  return {
    status,
    code: error.code,
    message: error.message,
    fields: (error.fields ?? []).map(({ field }) => field),
    shouldRetry: headers.get('x-should-retry'),
  }
}
