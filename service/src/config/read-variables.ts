// Reading single variables: each reader answers a usable value and notes a complaint where it was given none.

const ANY_ADDRESS = /^(0\.0\.0\.0|::)$/
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

export type Reader = ReturnType<typeof createReader>

/** An empty variable counts as one that is not set. */
export function createReader(environment: Record<string, string | undefined>) {
  const complaints: string[] = []
  const text = (name: string) => environment[name]?.trim() || undefined
  const complain = (complaint: string) => {
    complaints.push(complaint)
    return undefined
  }

  const integer = (name: string, range: { fallback: number; min: number; max: number }): number => {
    const given = text(name)
    if (given === undefined) return range.fallback
    const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
    if (value >= range.min && value <= range.max) return value
    complain(`${name} is "${given}" and must be a whole number from ${range.min} to ${range.max}.`)
    return range.fallback
  }

  const flag = (name: string): boolean => {
    const given = text(name)?.toLowerCase()
    if (given === undefined || given === '0' || given === 'false') return false
    if (given === '1' || given === 'true') return true
    complain(`${name} is "${given}" and must be 1 or 0.`)
    return false
  }

  const choice = <T extends string>(name: string, fallback: T, choices: readonly T[]): T => {
    const given = text(name)?.toLowerCase()
    if (given === undefined) return fallback
    const chosen = choices.find(one => one === given)
    if (chosen === undefined) complain(`${name} is "${given}" and must be one of ${choices.join(', ')}.`)
    return chosen ?? fallback
  }

  const url = (name: string, { allowInsecure }: { allowInsecure: boolean }): string | undefined => {
    const given = text(name)
    if (given === undefined) return undefined
    const parsed = URL.parse(given)
    if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.search !== '' || parsed.hash !== '')
      return complain(`${name} is "${given}" and must be an https:// URL without query or fragment.`)
    if (parsed.username !== '' || parsed.password !== '')
      return complain(`${name} must not contain a user name or password.`)
    if (parsed.protocol === 'http:' && !allowInsecure && !LOOPBACK.test(parsed.hostname))
      return complain(
        `${name} is "${given}", but clients use asset URLs only over https: put TLS in front and say https://, or set ALLOW_INSECURE_PUBLIC_URL=1 in a closed network.`,
      )
    return given.replace(/\/+$/, '')
  }

  const pair = <T>(first: string, second: string, join: (a: string, b: string) => T): T | undefined => {
    const [a, b] = [text(first), text(second)]
    if (a !== undefined && b !== undefined) return join(a, b)
    if (a !== b) complain(`${first} and ${second} go together: set both, or neither.`)
    return undefined
  }

  const secret = (name: string, minCharacters: number): string | undefined => {
    const given = text(name)
    if (given === undefined || given.length >= minCharacters) return given
    return complain(
      `${name} must have at least ${minCharacters} characters: "openssl rand -hex 32" makes one.`,
    )
  }

  const origins = (name: string): string[] => {
    const given = (text(name) ?? '')
      .split(',')
      .map(origin => origin.trim())
      .filter(origin => origin !== '')
    for (const origin of given)
      if (origin !== '*' && URL.parse(origin)?.origin !== origin)
        complain(`${name} has "${origin}" and must list origins such as https://app.example.com, or be *.`)
    return given
  }

  /** URLs made from an address that others reach must not be plain http. */
  const loopback = (name: string): void => {
    const host = text(name)
    if (host === undefined || ANY_ADDRESS.test(host) || LOOPBACK.test(host) || host === '::1') return
    complain(
      `${name} is "${host}", which others can reach, and there is no TLS: set PUBLIC_URL to the https:// address that clients use.`,
    )
  }

  return { complaints, loopback, text, integer, flag, choice, url, pair, secret, origins }
}
