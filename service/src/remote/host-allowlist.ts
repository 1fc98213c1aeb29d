// Which hosts an operator has named: anchored names, and `*.example.com` for the subdomains of a name.
import { domainToASCII } from 'node:url'

/** Whether `host` is on the list; an empty list allows every host. Case and a trailing dot make no difference. */
export function isAllowedHost(host: string, allowlist: readonly string[]): boolean {
  return allowlist.length === 0 || allowlist.some(pattern => matches(fold(host), pattern))
}

function matches(host: string, pattern: string): boolean {
  const isWildcard = pattern.startsWith('*.')
  const name = fold(domainToASCII(isWildcard ? pattern.slice(2) : pattern))
  // What is no host name becomes '', which must not match as the end of every other.
  if (name === '') return false
  return isWildcard ? host.endsWith(`.${name}`) : host === name
}

const fold = (name: string) => name.toLowerCase().replace(/\.$/, '')
