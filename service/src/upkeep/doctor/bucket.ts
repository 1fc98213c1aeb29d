// What the bucket lets the service do, by trying all of it once, and what that is worth.
import { apart, type Check, fail, ok, warn } from './check.ts'
import { cureOf, type StoreFault } from './store-fault.ts'

export type BucketUse = 'list' | 'put' | 'get' | 'copy' | 'multipart' | 'delete'

/** One request as the service makes it, and the permission it asks for. */
export interface Trial {
  use: BucketUse
  request: string
  /** As a policy names it, such as `s3:PutObject`. */
  permission: string
  fault: StoreFault | undefined
}

export interface BucketFacts {
  /** Which bucket where, by the variables that say so. */
  place: string
  /** Why nothing can be asked of it at all. */
  fault: StoreFault | undefined
  /** Those that could be made: one that needs what an earlier one failed to bring is left out. */
  trials: Trial[]
  /** How far the store's clock is from this machine's. */
  clockAheadMs: number | undefined
  /** Whether what is deleted stays as an old version; undefined where that cannot be seen. */
  keepsVersions: boolean | undefined
  /** Whether old versions end by a rule of the bucket; undefined where that cannot be seen. */
  endsVersions: boolean | undefined
  /** Whether objects are locked against deletion for a time; undefined where that cannot be seen. */
  locksObjects: boolean | undefined
  /** Probe objects that could not be removed again. */
  left: string[]
}

const USES: Record<BucketUse, string> = {
  list: 'can be listed',
  put: 'takes objects',
  get: 'gives objects back',
  copy: 'copies objects inside',
  multipart: 'takes, joins and gives up multipart uploads',
  delete: 'deletes objects',
}

/** Stores date their answers by whole seconds. */
const SKEW_MS = 5_000
/** Beyond this, signed requests are refused. */
const REFUSED_MS = 15 * 60_000
const POLICY = '(docs/operations.md, "Bytes in a bucket")'

export function bucketChecks(facts: BucketFacts): Check[] {
  const { place, fault } = facts
  if (fault !== undefined)
    return [fail('bucket', `${place} cannot be used (${fault.said})`, sentence(cureOf(fault)))]
  return [
    ok('bucket', `${place} answers`),
    ...Object.keys(USES).map(use => useCheck(facts, use as BucketUse)), // the keys of its own record
    clockCheck(facts),
    versionsCheck(facts),
  ]
}

function useCheck({ trials, left }: BucketFacts, use: BucketUse): Check {
  const name = `bucket_${use}`
  const made = trials.filter(trial => trial.use === use)
  const refused = made.filter(({ fault }) => fault !== undefined)
  if (made.length === 0)
    return warn(name, 'could not be tried, since an earlier check failed', 'Mend that one first.')
  const stays = use === 'delete' && left.length > 0 ? [`${left.join(', ')} cannot be removed again`] : []
  if (refused.length > 0)
    return fail(name, [...refused.map(refusalOf), ...stays].join('; '), curesOf(refused))
  return stays.length > 0
    ? warn(name, stays.join(), 'The server sweeps what doctor leaves after an hour.')
    : ok(name, USES[use])
}

const refusalOf = ({ request, fault }: Trial): string => `${request} is refused (${fault?.said})`

function curesOf(refused: Trial[]): string {
  const permissions = new Set(
    refused.filter(({ fault }) => fault?.ailment === 'denied').map(({ permission }) => permission),
  )
  const others = new Set(
    refused.flatMap(({ fault }) => (fault && fault.ailment !== 'denied' ? [sentence(cureOf(fault))] : [])),
  )
  const allow = permissions.size > 0 ? [`Allow ${[...permissions].join(' and ')} to the keys ${POLICY}.`] : []
  return [...allow, ...others].join(' ')
}

function clockCheck({ clockAheadMs: ahead }: BucketFacts): Check {
  if (ahead === undefined)
    return warn('bucket_clock', 'is unknown: the store dates no answer', 'Compare it by hand.')
  if (Math.abs(ahead) <= SKEW_MS) return ok('bucket_clock', "agrees with this machine's")
  const found = `the store's clock is ${apart(ahead)}`
  const cure = 'Set both by one source (NTP)'
  return Math.abs(ahead) < REFUSED_MS
    ? warn(
        'bucket_clock',
        found,
        `${cure}: signed forms end early or late, and beyond 15 min all is refused.`,
      )
    : fail('bucket_clock', found, `${cure}: stores refuse what was signed more than 15 min away.`)
}

function versionsCheck({ keepsVersions, endsVersions, locksObjects }: BucketFacts): Check {
  const name = 'bucket_versions'
  if (locksObjects)
    return warn(
      name,
      'the bucket locks objects: what is deleted stays, and costs, until its lock is over',
      'Use a bucket without object lock, unless that is what you want.',
    )
  if (keepsVersions === undefined)
    return warn(name, 'cannot be seen', 'If the bucket keeps versions, let old ones expire.')
  if (!keepsVersions) return ok(name, 'deleted objects are gone')
  return endsVersions
    ? ok(name, 'deleted objects stay as old versions until the rule of the bucket ends them')
    : warn(
        name,
        'the bucket keeps versions and no rule is seen that ends them: deleted media stay, and cost, for good',
        'Add a lifecycle rule with NoncurrentVersionExpiration, or suspend versioning.',
      )
}

const sentence = (clause: string): string => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}`
