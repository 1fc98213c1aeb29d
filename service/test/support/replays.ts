// Requests with an idempotency key or a retry count, and what tells an answer given again from a first one.
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { Tenant } from './start-service.ts'
import { directForm } from './uploads.ts'
import { head, speakAtOnce, type WireAnswer } from './wire.ts'

export const newKey = (): string => randomUUID()

export const isReplay = (response: Response): boolean =>
  response.headers.get('idempotent-replayed') === 'true'

export interface Sending {
  method?: string
  key?: string
  /** The header X-Stainless-Retry-Count. */
  repeats?: string | number
  /** Sent as JSON. */
  body?: unknown
  form?: FormData
}

const headersOf = ({ key, repeats, body }: Sending): Record<string, string> => ({
  ...(key === undefined ? {} : { 'idempotency-key': key }),
  ...(repeats === undefined ? {} : { 'x-stainless-retry-count': String(repeats) }),
  ...(body === undefined ? {} : { 'content-type': 'application/json' }),
})

/** Sends a request below /api/v1; POST unless it says otherwise. */
export const send = (tenant: Tenant, path: string, sending: Sending = {}): Promise<Response> =>
  tenant.call(path, {
    method: sending.method ?? 'POST',
    headers: headersOf(sending),
    ...(sending.body === undefined ? {} : { body: JSON.stringify(sending.body) }),
    ...(sending.form === undefined ? {} : { body: sending.form }),
  })

/** A direct upload of these bytes. */
export const sendForm = (
  tenant: Tenant,
  bytes: Uint8Array,
  sending: Sending & { said?: Record<string, string> } = {},
): Promise<Response> => send(tenant, '/assets', { ...sending, form: directForm(tenant, bytes, sending.said) })

/** The second answer is the first one again; answers their body, undefined where they have none. */
export async function expectReplay<T>(first: Response, second: Response): Promise<T> {
  expect(isReplay(first)).toBe(false)
  expect(isReplay(second)).toBe(true)
  expect(second.status).toBe(first.status)
  expect(second.headers.get('request-id')).toBe(first.headers.get('request-id'))
  const [one, other] = [await first.clone().text(), await second.text()]
  expect(other).toBe(one)
  return (one === '' ? undefined : JSON.parse(one)) as T // both were checked against the document
}

/** The same request twenty times in one breath, on one connection. */
export function twentyAtOnce(
  origin: string,
  tenant: Tenant,
  { method = 'POST', path, key }: { method?: string; path: string; key: string },
): Promise<WireAnswer[]> {
  const headers = { authorization: `Bearer ${tenant.apiKey}`, 'content-length': 0, 'idempotency-key': key }
  return speakAtOnce(origin, Array(20).fill(head(`${method} /api/v1${path}`, headers)))
}

/** All twenty had one answer, which nineteen of them heard again. */
export function expectOneDone(answers: WireAnswer[], status: number): void {
  expect(answers.map(answer => answer.status)).toEqual(Array(20).fill(status))
  expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(19)
  expect(new Set(answers.map(({ headers }) => headers.get('request-id'))).size).toBe(1)
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
}
