// Reading single variables: each reader answers a usable value and notes a complaint where it was given none.

const ANY_ADDRESS = /^(0\.0\.0\.0|::)$/
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/

export interface Variables {
  /** The variable's text; an empty one counts as not set. */
  text(name: string): string | undefined
  complain(complaint: string): undefined
  complaints: string[]
}

export function variablesOf(environment: Record<string, string | undefined>): Variables {
  const complaints: string[] = []
  return {
    text: name => environment[name]?.trim() || undefined,
    complain: complaint => {
      complaints.push(complaint)
      return undefined
    },
    complaints,
  }
}

export function integer<Fallback extends number | undefined>(
  variables: Variables,
  name: string,
  range: { fallback: Fallback; min: number; max: number },
): number | Fallback {
  const given = variables.text(name)
  if (given === undefined) return range.fallback
  const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
  if (value >= range.min && value <= range.max) return value
  variables.complain(`${name} is "${given}" and must be a whole number from ${range.min} to ${range.max}.`)
  return range.fallback
}

/** As `integer`; `off` answers undefined. */
export const integerOrOff = (
  variables: Variables,
  name: string,
  range: { fallback: number; min: number; max: number },
): number | undefined =>
  variables.text(name)?.toLowerCase() === 'off' ? undefined : integer(variables, name, range)

export function flag(variables: Variables, name: string): boolean {
  const given = variables.text(name)?.toLowerCase()
  if (given === undefined || given === '0' || given === 'false') return false
  if (given === '1' || given === 'true') return true
  variables.complain(`${name} is "${given}" and must be 1 or 0.`)
  return false
}

/** The first choice is the default. */
export function choice<T extends string>(
  variables: Variables,
  name: string,
  choices: readonly [T, ...T[]],
): T {
  const given = variables.text(name)?.toLowerCase()
  if (given === undefined) return choices[0]
  const chosen = choices.find(one => one === given)
  if (chosen === undefined)
    variables.complain(`${name} is "${given}" and must be one of ${choices.join(', ')}.`)
  return chosen ?? choices[0]
}

/** Whether clients may be sent to this URL: by https, or where nobody else can listen in. */
export function isPublicAddress(address: string, { allowInsecure }: { allowInsecure: boolean }): boolean {
  const url = URL.parse(address)
  return url?.protocol !== 'http:' || allowInsecure || LOOPBACK.test(url.hostname)
}

/** An https URL, or http where nobody else can listen in; without a slash at its end. */
export function publicAddress(
  variables: Variables,
  name: string,
  { allowInsecure }: { allowInsecure: boolean },
): string | undefined {
  const given = variables.text(name)
  if (given === undefined) return undefined
  const url = URL.parse(given)
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    return variables.complain(`${name} is "${given}" and must be an https:// URL without query or fragment.`)
  if (url.username !== '' || url.password !== '')
    return variables.complain(`${name} must not contain a user name or password.`)
  if (!isPublicAddress(given, { allowInsecure }))
    return variables.complain(
      `${name} is "${given}", but clients use asset URLs only over https: put TLS in front and say https://, or set ALLOW_INSECURE_PUBLIC_URL=1 in a closed network.`,
    )
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

/** The address to listen on; without TLS and a public URL it must be one that only this machine reaches. */
export function host(variables: Variables, name: string, { isShielded }: { isShielded: boolean }): string {
  const given = variables.text(name) ?? '127.0.0.1'
  if (!isShielded && !ANY_ADDRESS.test(given) && !LOOPBACK.test(given))
    variables.complain(
      `${name} is "${given}", which others can reach, and there is no TLS: set PUBLIC_URL to the https:// address that clients use.`,
    )
  return given
}

export function pair(
  variables: Variables,
  first: string,
  second: string,
): { first: string; second: string } | undefined {
  const [a, b] = [variables.text(first), variables.text(second)]
  if (a !== undefined && b !== undefined) return { first: a, second: b }
  if (a !== b) variables.complain(`${first} and ${second} go together: set both, or neither.`)
  return undefined
}

/** The current one first; the others are on their way in or out. */
export type SecretKeys = readonly [string, ...string[]]

/** With commas between, each long enough. One that several nodes sign with cannot be made by one of them. */
export function secrets(
  variables: Variables,
  name: string,
  { minCharacters, isShared }: { minCharacters: number; isShared: boolean },
): SecretKeys | undefined {
  const given = variables.text(name)
  const cure = `at least ${minCharacters} characters: "openssl rand -hex 32" makes one.`
  if (given === undefined && isShared)
    return variables.complain(
      `${name} must be set when DATABASE_URL is, to the same secret on every node of one database, with ${cure}`,
    )
  if (given === undefined) return undefined
  const keys = secretKeysOf(given.split(','), minCharacters)
  if (keys !== undefined) return keys
  return variables.complain(
    given.includes(',')
      ? `${name} has commas, which part one secret from the next, and each must have ${cure}`
      : `${name} must have ${cure}`,
  )
}

/** Undefined where one of them could be guessed. */
export function secretKeysOf(texts: string[], minCharacters: number): SecretKeys | undefined {
  const [first, ...others] = new Set(texts.map(text => text.trim()))
  const isGuessable = (key: string | undefined) => key === undefined || key.length < minCharacters
  if (first === undefined || [first, ...others].some(isGuessable)) return undefined
  return [first, ...others]
}

/** The complaint never repeats the URL, which may have a password in it. */
export function postgresUrl(variables: Variables, name: string): string | undefined {
  const given = variables.text(name)
  if (given === undefined) return undefined
  const url = URL.parse(given)
  if (url !== null && /^postgres(ql)?:$/.test(url.protocol) && url.pathname.length > 1) return given
  return variables.complain(
    `${name} must be such as postgres://user:password@host:5432/herbarium, with what is not a letter or digit in user and password percent-encoded; without it the rows are kept in DATA_DIR.`,
  )
}

/** Items with commas between. */
export const list = (variables: Variables, name: string): string[] =>
  (variables.text(name) ?? '')
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')

export function origins(variables: Variables, name: string): string[] {
  const given = list(variables, name)
  for (const origin of given)
    if (origin !== '*' && URL.parse(origin)?.origin !== origin)
      variables.complain(
        `${name} has "${origin}" and must list origins such as https://app.example.com, or be *.`,
      )
  return given
}

export function ports(variables: Variables, name: string, fallback: number[]): number[] {
  const given = list(variables, name)
  for (const port of given)
    if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
      variables.complain(`${name} has "${port}" and must list ports such as 443,8443.`)
  return given.length === 0 ? fallback : given.map(Number)
}

/** Host names, anchored: `example.com` alone, `*.example.com` for its subdomains. */
export function hosts(variables: Variables, name: string): string[] {
  const given = list(variables, name).map(host => host.toLowerCase())
  for (const host of given)
    if (!/^(\*\.)?([a-z0-9-]+\.)*[a-z0-9-]+$/.test(host))
      variables.complain(
        `${name} has "${host}" and must list hosts such as cdn.example.com or *.example.com.`,
      )
  return given
}

/** `tcp://host:port`. */
export function tcpAddress(variables: Variables, name: string): { host: string; port: number } | undefined {
  const given = variables.text(name)
  if (given === undefined) return undefined
  const url = URL.parse(given)
  if (url?.protocol === 'tcp:' && url.hostname !== '' && url.port !== '' && url.pathname.length <= 1)
    return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) }
  return variables.complain(`${name} is "${given}" and must be such as tcp://127.0.0.1:3310.`)
}
