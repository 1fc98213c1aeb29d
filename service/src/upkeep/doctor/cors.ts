// Whether the pages of other origins may post files to the bucket, and read them from there.
import { type Check, fail, ok, warn } from './check.ts'

/** What pages are to be able to do. */
export interface CorsWish {
  /** Asked one by one. */
  asked: { origin: string; method: Method }[]
  /** That make all of it possible. */
  rules: { origins: string[]; methods: Method[] }[]
}

export type Method = 'POST' | 'GET' | 'HEAD'

export interface CorsTrial {
  origin: string
  request: string
  isAllowed: boolean
}

export interface CorsFacts {
  url: string
  trials: CorsTrial[]
  /** How many rules the bucket has; undefined where the keys may not look. */
  rules: number | undefined
  /** What an operator runs to set the right rule. */
  command: string
}

const EXAMPLE = 'https://app.example.com'
/** Who follows a redirect to another origin comes from here. */
const REDIRECTED = 'null'
const ASKED_AT_MOST = 3

/** `*` and none at all are asked for by an example. `isReadThere`: whether readers are redirected to the bucket. */
export function corsWish(origins: string[], { isReadThere }: { isReadThere: boolean }): CorsWish {
  const named = origins.filter(origin => origin !== '*')
  const asked = named.length > 0 ? named.slice(0, ASKED_AT_MOST) : [EXAMPLE]
  const allowed = named.length > 0 && named.length === origins.length ? named : ['*']
  const post = { method: 'POST' } as const
  const upload = {
    asked: asked.map(origin => ({ origin, ...post })),
    rule: { origins: allowed, methods: ['POST' as const] },
  }
  if (!isReadThere) return { asked: upload.asked, rules: [upload.rule] }
  const reading: Method[] = ['GET', 'HEAD']
  return {
    asked: [...upload.asked, ...reading.map(method => ({ origin: REDIRECTED, method }))],
    rules: [upload.rule, { origins: ['*'], methods: reading }],
  }
}

/** `isSure`: whether the configuration says that pages of other origins are wanted. */
export function corsCheck(facts: CorsFacts, { isSure }: { isSure: boolean }): Check {
  const bad = facts.trials.filter(({ isAllowed }) => !isAllowed)
  if (bad.length === 0) return ok('cors', `${facts.url} is open to pages of ${originsOf(facts.trials)}`)
  const requests = [...new Set(bad.map(({ request }) => request))].join(', ')
  const found = `${facts.url} does not open ${requests} to ${originsOf(bad)}${rulesOf(facts)}`
  const replaces = facts.rules === 0 ? '' : ' (it replaces all rules there are)'
  return isSure
    ? fail('cors', found, `Set the rule${replaces}: ${facts.command}`)
    : warn('cors', found, `If browsers are to use the bucket, set the rule${replaces}: ${facts.command}`)
}

const originsOf = (trials: CorsTrial[]): string =>
  [...new Set(trials.map(({ origin }) => origin))]
    .map(origin => (origin === REDIRECTED ? `${origin} (redirected readers)` : origin))
    .join(', ')

function rulesOf({ rules }: CorsFacts): string {
  if (rules === undefined) return ''
  return rules === 0 ? '; it has no CORS rule' : `; its ${rules} CORS rules are other ones`
}
