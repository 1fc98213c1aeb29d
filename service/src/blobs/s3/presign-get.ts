// Addresses under which a store answers one kind of request for a while, without a key: SigV4 in the query.
import { createHash } from 'node:crypto'
import { ALGORITHM, amzDate, type Credentials, scopeOf, signatureOf } from './sigv4.ts'

export interface Presigning {
  /** The signature is for one method: a store refuses HEAD at an address that was signed for GET. */
  method: 'GET' | 'HEAD'
  /** The object's address, without a query; it must be as the client will ask for it. */
  url: string
  region: string
  credentials: Credentials
  /** Unix milliseconds from which the address is good. */
  from: number
  seconds: number
  /** What else is asked in the query, such as `response-content-type`. */
  query: Record<string, string>
}

/** AWS, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)"; only the host is a signed header. */
export function presignGet({ method, url, region, credentials, from, seconds, query }: Presigning): string {
  const { host, pathname } = new URL(url)
  const time = amzDate(from)
  const scope = scopeOf(time, region)
  const signedQuery = canonicalQuery({
    ...query,
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(seconds),
    'X-Amz-SignedHeaders': 'host',
    ...(credentials.sessionToken !== undefined && { 'X-Amz-Security-Token': credentials.sessionToken }),
  })
  const request = [method, pathname, signedQuery, `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n')
  const toSign = [ALGORITHM, time, scope, createHash('sha256').update(request).digest('hex')].join('\n')
  return `${url}?${signedQuery}&X-Amz-Signature=${signatureOf(credentials.secretAccessKey, scope, toSign)}`
}

/** In order of the names' bytes, all but unreserved characters escaped. */
const canonicalQuery = (query: Record<string, string>): string =>
  Object.entries(query)
    .map(([name, value]) => [escaped(name), escaped(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')

/** RFC 3986, section 2.3: the five that encodeURIComponent leaves are not among the unreserved. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
