// From a URL to the answer that holds its file: one checked request for each redirect.

import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { within } from './attempt.ts'
import { badStatus, failureOf, redirectToNowhere, tooManyRedirects, untrusted } from './fetch-failure.ts'
import { pinnedRequest } from './pinned-request.ts'
import { type AddressRules, resolvePublic } from './resolve-public.ts'
import { parseTarget, type Target, type TargetRules } from './target.ts'

export interface FollowOptions extends AddressRules {
  rules: TargetRules
  ca?: string | Buffer | undefined
  signal: AbortSignal
}

export interface Answer {
  target: Target
  response: IncomingMessage
}

const MAX_REDIRECTS = 5
const REDIRECT_STATUSES = [301, 302, 303, 307, 308]

const REQUEST_HEADERS = { 'user-agent': 'herbarium', accept: '*/*', 'accept-encoding': 'gzip' }

/** The first answer that is no redirect; its status is 200. Throws FetchFailure. */
export async function follow(url: string, options: FollowOptions): Promise<Answer> {
  let target = parseTarget(url, options.rules)
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await ask(target, options)
    const status = response.statusCode ?? 0
    if (status === 200) return { target, response }
    response.socket.destroy()
    if (!REDIRECT_STATUSES.includes(status)) throw badStatus(target, status)
    target = parseTarget(locationOf(response, target), options.rules, target.url)
  }
  throw tooManyRedirects(MAX_REDIRECTS)
}

async function ask(target: Target, options: FollowOptions): Promise<IncomingMessage> {
  const { signal, isPublic, ca } = options
  const addresses = await within(signal, resolvePublic(target, options))
  const request = pinnedRequest(target, addresses, {
    method: 'GET',
    headers: REQUEST_HEADERS,
    signal,
    isPublic,
    ca,
  })
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  // The listener stays: an error after the answer began shows itself in the body.
  request.once('response', resolve).on('error', error => {
    const isUntrusted = request.socket instanceof TLSSocket && Boolean(request.socket.authorizationError)
    reject(isUntrusted ? untrusted(target, error) : failureOf(error, target))
  })
  // Without a listener Node would close the connection and say nothing.
  request.once('upgrade', response => {
    response.socket.destroy()
    reject(badStatus(target, response.statusCode ?? 0))
  })
  request.end()
  return await within(signal, promise)
}

/** Node hands out header bytes as Latin-1; what is not ASCII in a Location is UTF-8 in practice. */
function locationOf(response: IncomingMessage, target: Target): string {
  const location = Buffer.from(response.headers.location ?? '', 'latin1').toString()
  if (location === '') throw redirectToNowhere(target)
  return location
}
