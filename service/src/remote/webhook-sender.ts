// Sends webhooks: to the public internet under the rules of URL fetches, and to hosts that the operator has named.
import { lookup } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { FetchFailure } from '../ground/fetch-failure.ts'
import type { WebhookSender } from '../webhooks/ports.ts'
import { startAttempt, within } from './attempt.ts'
import type { RemoteWorld } from './create-remote.ts'
import { failureOf, malformed, notPublic } from './fetch-failure.ts'
import { isAllowedHost } from './host-allowlist.ts'
import { pinnedRequest } from './pinned-request.ts'
import { isPublicAddress } from './public-address.ts'
import { createResolver } from './resolve-host.ts'
import { type AddressRules, resolvePublic } from './resolve-public.ts'
import { parseTarget, type Target } from './target.ts'

export interface SenderRules {
  ports: number[]
  /** Hosts of the operator's own network: any address, any port, and http too. */
  allowHosts: string[]
}

const TIMEOUT_MS = 15_000
const LOOK_MS = 5_000

/** Names of the operator's network are often known to this machine alone, and may lead anywhere. */
const OF_OUR_OWN: AddressRules = {
  resolve: async host => (await lookup(host, { all: true })).map(({ address }) => address),
  isPublic: () => true,
}

export function createWebhookSender(rules: SenderRules, world: Partial<RemoteWorld> = {}): WebhookSender {
  const { resolve = createResolver(), isPublic = isPublicAddress, ca } = world
  const placeOf = (url: string) => {
    const own = ownTarget(url, rules.allowHosts)
    const target = own ?? parseTarget(url, { ports: rules.ports, hostAllowlist: [] })
    return { target, addressRules: own === undefined ? { resolve, isPublic } : OF_OUR_OWN }
  }
  return {
    faultOf: url => faultOf(() => placeOf(url)),
    post: async (url, { signal, ...request }) => {
      const attempt = startAttempt({ timeoutMs: TIMEOUT_MS, signal })
      try {
        const { target, addressRules } = placeOf(url)
        const addresses = await within(attempt.signal, resolvePublic(target, addressRules))
        return await post(target, addresses, {
          ...request,
          ca,
          signal: attempt.signal,
          isPublic: addressRules.isPublic,
        })
      } finally {
        attempt.end()
      }
    },
  }
}

/** The target of a URL whose host the operator has named; undefined for any other. */
function ownTarget(text: string, allowHosts: string[]): Target | undefined {
  const url = URL.parse(text)
  const host = url?.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '') ?? ''
  if (url === null || allowHosts.length === 0 || !isAllowedHost(host, allowHosts)) return undefined
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw malformed('The URL')
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  return { url, host, port, subject: 'The URL', name: isIP(host) === 0 ? host : 'the given IP address' }
}

/** At registration a name must lead somewhere already: a typing error is told at once. */
async function faultOf(
  place: () => { target: Target; addressRules: AddressRules },
): Promise<string | undefined> {
  const attempt = startAttempt({ timeoutMs: LOOK_MS })
  try {
    const { target, addressRules } = place()
    if (isIP(target.host) !== 0 && !addressRules.isPublic(target.host)) throw notPublic(target)
    await within(attempt.signal, resolvePublic(target, addressRules))
    return undefined
  } catch (error) {
    if (error instanceof FetchFailure) return error.message
    throw error
  } finally {
    attempt.end()
  }
}

interface Post {
  headers: Record<string, string>
  body: string
  ca: string | Buffer | undefined
  signal: AbortSignal
  isPublic: (address: string) => boolean
}

/** The status alone: whatever follows it is not waited for. */
async function post(
  target: Target,
  addresses: string[],
  { body, headers, ...options }: Post,
): Promise<number> {
  const request = pinnedRequest(target, addresses, {
    ...options,
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
  })
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request.once('response', resolve).on('error', error => reject(failureOf(error, target)))
  request.once('upgrade', resolve)
  request.end(body)
  try {
    return (await within(options.signal, promise)).statusCode ?? 0
  } finally {
    request.destroy()
  }
}
