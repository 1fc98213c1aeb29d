// The asset as an earlier answer showed it.
import { type Asset, refused } from './asset.ts'
import type { Upload } from './ports.ts'

/** What this attempt made of the asset; a retry since does not change that it had failed. */
export function asAttemptLeft({ asset, attempt }: Upload): Asset {
  const { verdict } = attempt
  if (attempt.n === asset.attempt || verdict === null || verdict.admitted) return asset
  return refused({ ...asset, status: 'pending_upload' }, verdict)
}
