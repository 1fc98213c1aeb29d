// A request that can only reach addresses that were checked before.
import type { ClientRequest, OutgoingHttpHeaders } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { notPublic } from './fetch-failure.ts'
import type { Target } from './target.ts'

export interface PinnedOptions {
  method: 'GET' | 'POST'
  headers: OutgoingHttpHeaders
  /** Its end closes the connection. */
  signal: AbortSignal
  isPublic: (address: string) => boolean
  /** Trusted in place of the authorities that Node knows. */
  ca?: string | Buffer | undefined
}

/** What an answer's status line and headers may measure together. */
const MAX_HEADER_BYTES = 16 * 1024

/** Where a host has several addresses, the next is tried when one does not answer in time (RFC 8305). */
const TRY_EACH_ADDRESS = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 1000 }

/**
 * Opens a request on a connection of its own to one of `addresses`, whichever answers; the name is not looked up
 * again. Emits `error` with a FetchFailure if the connection leads to an address that is not public all the same.
 * The caller ends the request.
 */
export function pinnedRequest(target: Target, addresses: string[], options: PinnedOptions): ClientRequest {
  const { isPublic, ca, ...rest } = options
  const { request: ask } = target.url.protocol === 'http:' ? http : https
  const request = ask({
    ...rest,
    ...(ca === undefined ? {} : { ca }),
    host: target.host,
    port: target.port,
    path: target.url.pathname + target.url.search,
    lookup: lookupOf(addresses),
    ...TRY_EACH_ADDRESS,
    agent: false,
    // Said outright, because the environment could otherwise turn it off.
    rejectUnauthorized: true,
    insecureHTTPParser: false,
    maxHeaderSize: MAX_HEADER_BYTES,
  })
  request.once('socket', socket => {
    socket.once('connect', () => {
      if (!isPublic(socket.remoteAddress ?? '')) request.destroy(notPublic(target))
    })
  })
  return request
}

/** Answers with the checked addresses, later, as every lookup does. */
const lookupOf =
  (addresses: string[]): LookupFunction =>
  (_host, _options, answer) => {
    const found = addresses.map(address => ({ address, family: isIP(address) }))
    process.nextTick(() => answer(null, found))
  }
