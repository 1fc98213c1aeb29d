// Many ready assets, each as the service itself wrote the rows of one that was uploaded; their bytes exist nowhere.
import { fold } from '../../service/src/records/fold.ts'
import type { Chance } from './chance.ts'
import { stemOf } from './names.ts'

export type Row = Record<string, string | number | null>

/** The rows of one asset without their ordinals; those of a table have the same columns in all. */
export interface AssetRows {
  assets: Row[]
  attempts: Row[]
  events: Row[]
}

export const TABLES = ['assets', 'attempts', 'events'] as const

/** A million of them came in eleven days, and none in days to come. */
const STEP_MS = 1000
const BEGAN_BEFORE_MS = 12 * 24 * 3_600_000

/** The n-th of them: like its pattern, but for its names, its bytes and its time. */
export function rowsLike(pattern: AssetRows, n: number, { hex, token }: Chance): AssetRows {
  const [asset = {}] = pattern.assets
  const name = `${stemOf(n)}.${String(asset.name).replace(/^.*\./, '')}`
  const sha256 = hex(32)
  const blobKey = hex(16)
  const at = Number(asset.created_at) - BEGAN_BEFORE_MS + n * STEP_MS
  const time = at.toString(16).padStart(12, '0')
  const quarantineKey = `quarantine/${time}${token()}`
  const nextId = (prefix: string) => `${prefix}_${time}${hex(6)}` // as the service orders them
  const id = nextId('asset')
  const withHash = (text: Row[string] | undefined) => String(text).replace(String(asset.sha256), sha256)
  return {
    assets: [
      {
        ...asset,
        id,
        media_token: token(),
        name,
        name_folded: fold(name),
        sha256,
        blob_key: `media/${blobKey.slice(0, 2)}/${blobKey}`,
        created_at: at,
        ready_at: at,
      },
    ],
    attempts: pattern.attempts.map(row => ({
      ...row,
      asset_id: id,
      quarantine_key: quarantineKey,
      received_key: `${quarantineKey}.1`,
      received_sha256: sha256,
      verdict: withHash(row.verdict),
    })),
    events: pattern.events.map(row => ({
      ...row,
      id: nextId('evt'),
      asset_id: id,
      data: withHash(row.data),
      at,
    })),
  }
}

/** An ordinal is given by the database. */
export const withoutOrdinal = ({ ordinal: _, ...row }: Row): Row => row
