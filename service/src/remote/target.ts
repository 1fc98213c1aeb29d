// A URL that may be asked: https, no credentials, an open port, an allowed host. Addresses are judged elsewhere.
import { isIP } from 'node:net'
import {
  closedPort,
  malformed,
  notHttps,
  type Subject,
  unlistedHost,
  withCredentials,
} from './fetch-failure.ts'
import { isAllowedHost } from './host-allowlist.ts'

export interface TargetRules {
  ports: number[]
  /** Names, `*.` for the subdomains of one; empty allows every host. */
  hostAllowlist: string[]
}

export interface Target {
  url: URL
  /** As sockets take it: lower case, punycode, no trailing dot, no brackets. */
  host: string
  port: number
  subject: Subject
  /** For sentences: the host's name, or words in place of an address. */
  name: string
}

/** Longest name that DNS can carry (RFC 1035, 2.3.4). */
const MAX_HOST_LENGTH = 253

/** Parses as browsers do (WHATWG URL), relative to `base` where a redirect led here. Throws FetchFailure. */
export function parseTarget(text: string, rules: TargetRules, base?: URL): Target {
  const subject = base === undefined ? 'The URL' : "The URL's redirect target"
  const url = URL.parse(text, base?.href)
  if (url === null) throw malformed(subject)
  if (url.protocol !== 'https:') throw notHttps(subject)
  if (url.username !== '' || url.password !== '') throw withCredentials(subject)
  const port = url.port === '' ? 443 : Number(url.port)
  if (!rules.ports.includes(port)) throw closedPort(subject, rules.ports)
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (host === '' || host.length > MAX_HOST_LENGTH) throw malformed(subject)
  const name = isIP(host) === 0 ? host : 'the given IP address'
  const target = { url, host, port, subject, name } satisfies Target
  if (!isAllowedHost(host, rules.hostAllowlist)) throw unlistedHost(target)
  return target
}
