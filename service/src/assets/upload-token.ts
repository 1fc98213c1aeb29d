// The upload token: whoever has it may complete, retry and watch one asset, for the key that gave it out.
import type { Keyring } from '../ground/keyring.ts'
import type { SigningKey } from '../ground/secrets.ts'
import { readClaims, signClaims } from '../ground/signed-claims.ts'
import type { Attempt } from './attempt.ts'
import { ABANDONED_AFTER_MS } from './expire.ts'

export interface UploadToken {
  assetId: string
  /** The attempt it was given out with; it is good for later ones too. */
  attempt: number
  /** The API key that it acts for. */
  keyId: string
}

/** No API key begins like this, and no ticket. */
const VERSION = 'ut_v1'

/** `ut_v1.<key id>.<asset.attempt.key in base64url>.<mac>`: a pure function of the attempt and of who asked for it. */
export const uploadTokenFor = (key: SigningKey, { assetId, n }: Attempt, keyId: string): string =>
  signClaims(key, VERSION, [assetId, n, keyId])

/** Whether a credential is meant as an upload token, good or not. */
export const looksLikeUploadToken = (secret: string): boolean => secret.startsWith('ut_')

/** The token, or undefined when it was not signed by a key of this ring or is no token at all. */
export function readUploadToken(ring: Pick<Keyring, 'find'>, text: string): UploadToken | undefined {
  const claims = readClaims(ring, VERSION, text)
  if (claims === undefined) return undefined
  const [assetId = '', attempt, keyId = ''] = claims
  return { assetId, attempt: Number(attempt), keyId }
}

/**
 * It lives as long as bytes that came at the last moment wait to be completed. What puts the upload's end off puts this
 * off too, which is why the token itself does not say when it ends.
 */
export const hasOutlived = ({ expiresAt }: Attempt, now: number): boolean =>
  expiresAt + ABANDONED_AFTER_MS <= now
