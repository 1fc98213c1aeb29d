// Removing an asset with its attempts, as steps of one write.
import { type Kysely, sql } from 'kysely'
import type { Upload } from '../assets/ports.ts'
import { uncountStep } from './count-steps.ts'
import type { Tables } from './tables.ts'
import type { Step } from './write.ts'

/**
 * Holds the rows as they are, so that nobody adds to what they weigh until they are gone; it is taken off before. Other
 * attempts than this one change no more, and all go with their asset.
 */
export function removalSteps(db: Kysely<Tables>, { asset, attempt }: Upload): Step[] {
  const hold = sql`update attempts set fence = fence
    where asset_id = ${asset.id} and n = ${attempt.n} and state = ${attempt.state} and fence = ${attempt.fence}`
  const holdAsset = sql`update assets set version = version where id = ${asset.id} and version = ${asset.version}`
  return [
    { query: holdAsset.compile(db), otherwise: 'stale' },
    { query: hold.compile(db), otherwise: 'stale' },
    uncountStep(db, asset),
    { query: db.deleteFrom('assets').where('id', '=', asset.id).compile() },
  ]
}
