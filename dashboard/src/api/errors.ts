// What can go wrong between the page and the API, each said so that a person can act on it.
import type { ErrorEnvelope } from './wire.ts'

/** The server was not reached, or what answered was not the API. */
export class Away extends Error {
  constructor(cause?: unknown) {
    super('The server does not answer. It may be restarting, or this device is offline.', { cause })
  }
}

/** The API said no, and why. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string | null

  constructor(response: Response, { error }: ErrorEnvelope) {
    super(error.fields?.[0] ? sentence(`${error.fields[0].field} ${error.fields[0].message}`) : error.message)
    this.status = response.status
    this.code = error.code
    this.requestId = response.headers.get('request-id')
  }
}

/** A field's fault as a sentence of its own. */
const sentence = (text: string): string => {
  const spoken = text.replaceAll('_', ' ')
  return `${spoken.charAt(0).toUpperCase()}${spoken.slice(1)}${/[.!?]$/.test(spoken) ? '' : '.'}`
}

export const isKeyRefused = (error: unknown): error is Refused =>
  error instanceof Refused && error.status === 401

export const isMissing = (error: unknown): boolean =>
  error instanceof Refused && (error.status === 404 || error.status === 400)

export const isAborted = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError'

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
