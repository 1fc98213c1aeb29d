// Asks DNS for all addresses of a host, and nothing but DNS: no hosts file, no search domains.
import { Resolver } from 'node:dns/promises'
import { codeOf } from './fetch-failure.ts'

/**
 * All IPv4 and IPv6 addresses of a host; none where the name or its addresses do not exist. Throws where that could
 * not be found out.
 */
export type ResolveHost = (host: string) => Promise<string[]>

const NO_SUCH_ADDRESS = ['ENOTFOUND', 'ENODATA', 'EBADNAME']

/** Asks the system's name servers, or these. Unlike getaddrinfo, it holds no thread while a stranger's server is slow. */
export function createResolver(servers?: string[]): ResolveHost {
  return async host => {
    const resolver = new Resolver({ timeout: 2000, tries: 2 })
    if (servers !== undefined) resolver.setServers(servers)
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    const addresses = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []))
    if (addresses.length > 0) return addresses
    for (const answer of answers)
      if (answer.status === 'rejected' && !NO_SUCH_ADDRESS.includes(codeOf(answer.reason) ?? ''))
        throw answer.reason
    return []
  }
}
