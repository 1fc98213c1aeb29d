// Who comes with an upload token: the key that gave it out, for one asset and on the routes that say so.
import type { FastifyRequest } from 'fastify'
import type { AssetRecords } from '../assets/ports.ts'
import { hasOutlived, readUploadToken } from '../assets/upload-token.ts'
import type { Caller } from '../ground/actor.ts'
import type { Clock } from '../ground/clock.ts'
import { beyondToken, deadToken, invalidKey, notFound } from '../ground/errors.ts'
import type { SigningKeys } from '../ground/keyring.ts'
import { readLearning } from '../ground/signed-claims.ts'
import { callerOf } from '../keys/authenticate.ts'
import type { LastUsed } from '../keys/last-used.ts'
import type { KeyRecords } from '../keys/ports.ts'

export interface TokenPorts {
  assets: Pick<AssetRecords, 'findUpload'>
  keys: KeyRecords
  lastUsed: Pick<LastUsed, 'note'>
  clock: Clock
  signing: Pick<SigningKeys, 'uploadTokens'>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route is about the asset in its path, and whoever has that asset's upload token may ask it. */
    takesUploadToken?: true
  }
}

/** For the `config` of a route. */
export const BY_TOKEN_TOO = { takesUploadToken: true } as const

/**
 * Throws `invalid_api_key` for a token that is not ours, has expired or outlived its key, `forbidden` where no token is
 * taken, and `not_found` for any asset but its own, there or not.
 */
export async function bearerOf(ports: TokenPorts, request: FastifyRequest, text: string): Promise<Caller> {
  const { uploadTokens } = ports.signing
  const token = await readLearning(uploadTokens, text, one => readUploadToken(uploadTokens, one))
  if (token === undefined) throw invalidKey()
  if (!request.routeOptions.config.takesUploadToken) throw beyondToken()
  const { asset_id } = request.params as { asset_id?: string } // by the pattern of every such route
  const upload = asset_id === token.assetId && (await ports.assets.findUpload(asset_id, token.attempt))
  if (!upload) throw notFound('asset')
  if (hasOutlived(upload.attempt, ports.clock.now()))
    throw deadToken('This upload token has expired: reserve again, or let the backend retry.')
  const caller = await callerOf(ports, token.keyId)
  if (caller === undefined)
    throw deadToken('The API key behind this upload token was revoked or has expired: let the backend retry.')
  return caller
}
