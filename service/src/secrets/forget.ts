// A key that has ended is kept as a name alone.
import type { Clock } from '../ground/clock.ts'
import { forgetAll } from '../ground/forget-all.ts'
import type { SecretRecords } from './ports.ts'

export interface ForgetSecretsPorts {
  secrets: Pick<SecretRecords, 'forget'>
  clock: Clock
}

/** Answers how many were emptied. */
export function forgetSecrets({ secrets, clock }: ForgetSecretsPorts): Promise<number> {
  const before = clock.now()
  return forgetAll(limit => secrets.forget(before, limit))
}
