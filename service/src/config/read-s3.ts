// The variables of an S3-compatible store.
import { flag, pair, publicAddress, type Variables } from './read-variables.ts'

export interface S3Config {
  bucket: string
  /** Before every key: empty, or ending in a slash. */
  prefix: string
  /** Undefined means AWS. */
  endpoint: string | undefined
  /** Where browsers reach the store; undefined means the endpoint. */
  publicEndpoint: string | undefined
  region: string
  /** Undefined means wherever the AWS SDK finds some. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined
  forcePathStyle: boolean
}

const OTHERS = [
  'S3_ENDPOINT',
  'S3_PUBLIC_ENDPOINT',
  'S3_REGION',
  'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY',
  'S3_FORCE_PATH_STYLE',
  'S3_PREFIX',
]
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const REGION = /^[a-z0-9-]{1,64}$/
const PREFIX = /^(?!\.{1,2}(\/|$))[\w.-]+(\/(?!\.{1,2}(\/|$))[\w.-]+)*$/

/** Undefined without S3_BUCKET: bytes are files then. */
export function s3(
  variables: Variables,
  { allowInsecure }: { allowInsecure: boolean },
): S3Config | undefined {
  const bucket = shaped(variables, 'S3_BUCKET', {
    shape: BUCKET,
    example: 'a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens',
  })
  const keys = pair(variables, 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY')
  const config = {
    endpoint: endpoint(variables, 'S3_ENDPOINT'),
    publicEndpoint: hasUser(variables, 'S3_PUBLIC_ENDPOINT')
      ? undefined
      : publicAddress(variables, 'S3_PUBLIC_ENDPOINT', { allowInsecure }),
    region:
      shaped(variables, 'S3_REGION', { shape: REGION, example: 'a region such as eu-central-1' }) ??
      'us-east-1',
    credentials: keys && { accessKeyId: keys.first, secretAccessKey: keys.second },
    forcePathStyle: flag(variables, 'S3_FORCE_PATH_STYLE'),
    prefix: prefix(variables),
  }
  if (bucket !== undefined) return { bucket, ...config }
  const lonely = OTHERS.filter(name => variables.text(name) !== undefined)
  if (lonely.length > 0 && variables.text('S3_BUCKET') === undefined)
    variables.complain(
      `${lonely.join(', ')} cannot be used without S3_BUCKET: name the bucket, or unset the others to keep bytes in DATA_DIR.`,
    )
  return undefined
}

function shaped(
  variables: Variables,
  name: string,
  { shape, example }: { shape: RegExp; example: string },
): string | undefined {
  const given = variables.text(name)
  if (given === undefined || shape.test(given)) return given
  return variables.complain(`${name} is "${given}" and must be ${example}.`)
}

function prefix(variables: Variables): string {
  const given = variables.text('S3_PREFIX')?.replace(/\/$/, '')
  if (given === undefined) return ''
  if (PREFIX.test(given)) return `${given}/`
  variables.complain(`S3_PREFIX is "${given}" and must be such as herbarium or team/herbarium.`)
  return ''
}

/** Plain http too: a store often stands in the same closed network, and no key travels with a request. */
function endpoint(variables: Variables, name: string): string | undefined {
  const given = variables.text(name)
  if (given === undefined || hasUser(variables, name)) return undefined
  const url = URL.parse(given)
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    return variables.complain(`${name} is "${given}" and must be such as https://s3.example.com.`)
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

/** Asked before anything is said of the address: what is said ends in a log. */
function hasUser(variables: Variables, name: string): boolean {
  const url = URL.parse(variables.text(name) ?? '')
  if (url === null || (url.username === '' && url.password === '')) return false
  variables.complain(
    `${name} must not contain a user name or password: keys go into S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.`,
  )
  return true
}
