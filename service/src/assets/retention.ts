// How long an asset is kept: what may be asked for, and what comes of it.
import type { Mode } from '../ground/actor.ts'
import { invalidField } from '../ground/errors.ts'
import type { Retention } from './asset.ts'

/** As it comes in. */
export interface SaidOfRetention {
  retention?: Retention | undefined
  deleteAfterSeconds?: number | undefined
}

export interface Keeping {
  retention: Retention
  /** From when it was said; null where the asset has no hour to go. */
  lifeMs: number | null
  /** Whatever is said, the asset becomes no older. */
  maxAgeMs: number
}

export const MIN_LIFE_SECONDS = 60
/** A year. */
export const MAX_LIFE_SECONDS = 31_536_000

/** What a test key makes goes within a day, for its workspace cleans itself. */
const TEST_AGE_MS = 24 * 60 * 60 * 1000

/** Throws a refusal that names the field at fault. */
export function keepingOf(said: SaidOfRetention, mode: Mode): Keeping {
  const { retention = 'standard', deleteAfterSeconds: seconds } = said
  if (retention === 'ephemeral' && seconds === undefined)
    throw invalidField(
      'delete_after_seconds',
      `is required with retention "ephemeral": from ${MIN_LIFE_SECONDS} to ${MAX_LIFE_SECONDS}`,
    )
  if (retention !== 'ephemeral' && seconds !== undefined)
    throw invalidField(
      'delete_after_seconds',
      'is for retention "ephemeral" alone: ask for that, or leave it out',
    )
  const lifeMs = seconds === undefined ? null : seconds * 1000
  return mode === 'test' ? keepingForTests(retention, lifeMs) : { retention, lifeMs, maxAgeMs: Infinity }
}

function keepingForTests(retention: Retention, lifeMs: number | null): Keeping {
  if (retention === 'pinned')
    throw invalidField(
      'retention',
      'must not be pinned with a test key, whose assets are deleted within 24 hours: pin with a live key',
    )
  return { retention: 'ephemeral', lifeMs: lifeMs ?? TEST_AGE_MS, maxAgeMs: TEST_AGE_MS }
}

/** As the row of an asset has it. */
export const keptSince = (
  { retention, lifeMs, maxAgeMs }: Keeping,
  { now, createdAt }: { now: number; createdAt: number },
): { retention: Retention; deleteAfter: number | null } => ({
  retention,
  deleteAfter: lifeMs === null ? null : Math.min(now + lifeMs, createdAt + maxAgeMs),
})
