// Why a fetch from a stranger came to nothing: one function per reason, each a sentence that a person can act on.
import { FetchFailure } from '../ground/fetch-failure.ts'
import type { Target } from './target.ts'

const refusal = (reason: string) => new FetchFailure(reason, { isRetryable: false })

/** What is at fault: what the caller gave, or where that led. */
export type Subject = 'The URL' | "The URL's redirect target"

export const malformed = (subject: Subject) =>
  refusal(`${subject} cannot be understood: give a complete one that begins with https://.`)

export const notHttps = (subject: Subject) =>
  refusal(`${subject} does not begin with https://: give one that does, or upload the file itself.`)

export const withCredentials = (subject: Subject) =>
  refusal(`${subject} holds a user name or a password: give one that works without them.`)

export const closedPort = (subject: Subject, ports: number[]) =>
  refusal(`${subject} names a port other than ${ports.join(', ')}: give one without a port.`)

export const unlistedHost = (target: Target) =>
  refusal(
    `${target.subject} leads to ${target.name}, which the operator of this service has not allowed: upload the file itself.`,
  )

/**
 * One sentence for a name that does not exist and for one that leads inside, so that nobody can ask which names our
 * own network knows.
 */
export const notPublic = (target: Target) =>
  refusal(
    `${target.subject} leads to ${target.name}, which is not on the public internet: check it, or upload the file itself.`,
  )

export const lookupFailed = (target: Target, cause: unknown) =>
  new FetchFailure(`The address of ${target.name} could not be looked up: try again later.`, {
    isRetryable: true,
    cause: traceOf(cause),
  })

export const unreachable = (target: Target, cause: unknown) =>
  new FetchFailure(`No secure connection to ${target.name} could be made: try again later.`, {
    isRetryable: true,
    cause: traceOf(cause),
  })

export const untrusted = (target: Target, cause: unknown) =>
  new FetchFailure(
    `The certificate of ${target.name} has expired, is for another name or comes from an unknown authority: give another URL, or upload the file itself.`,
    { isRetryable: false, cause: traceOf(cause) },
  )

export const oversizedHeaders = (target: Target) =>
  refusal(`The answer of ${target.name} has too many headers: give another URL, or upload the file itself.`)

const PASSING_STATUSES = [408, 429]

export const badStatus = (target: Target, status: number) =>
  new FetchFailure(
    `The answer of ${target.name} has status ${status} where 200 and the file should be: check that anyone can open the URL and that it has not expired.`,
    { isRetryable: status >= 500 || PASSING_STATUSES.includes(status) },
  )

export const redirectToNowhere = (target: Target) =>
  refusal(`The redirect of ${target.name} names no target: give the URL of the file itself.`)

export const tooManyRedirects = (maxRedirects: number) =>
  refusal(`The URL redirects more than ${maxRedirects} times: give the URL of the file itself.`)

export const unknownEncoding = (target: Target) =>
  refusal(
    `The answer of ${target.name} is compressed with something other than gzip, which was not asked for: upload the file itself.`,
  )

export const tooLarge = (maxBytes: number) =>
  refusal(`The file is larger than ${inMegabytes(maxBytes)}: upload the file itself.`)

export const broken = (target: Target, cause: unknown) =>
  new FetchFailure(`The answer of ${target.name} broke off before the file was whole: try again later.`, {
    isRetryable: true,
    hasSenderLeft: true,
    cause: traceOf(cause),
  })

export const tooSlow = (timeoutMs: number) =>
  new FetchFailure(
    `The file was not whole after ${timeoutMs / 1000} seconds: try again later, or upload the file itself.`,
    { isRetryable: true },
  )

export const stopped = (cause: unknown) =>
  new FetchFailure('The fetch was stopped before the file was whole: try again.', {
    isRetryable: true,
    cause,
  })

const inMegabytes = (bytes: number) => `${Math.round(bytes / 1e5) / 10} MB`

/** Of another's error only the code: the rest may hold addresses, headers or pieces of the answer. */
function traceOf(error: unknown): Error | undefined {
  const code = codeOf(error)
  return code === undefined ? undefined : new Error(code)
}

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

export function failureOf(error: unknown, target: Target): FetchFailure {
  if (error instanceof FetchFailure) return error
  return codeOf(error) === 'HPE_HEADER_OVERFLOW' ? oversizedHeaders(target) : unreachable(target, error)
}
