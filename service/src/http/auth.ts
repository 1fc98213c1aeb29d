// Who asks: the API key of a request, or the upload token that stands for one.
import type { FastifyRequest } from 'fastify'
import { looksLikeUploadToken } from '../assets/upload-token.ts'
import { invalidKey, missingKey } from '../ground/errors.ts'
import { authenticate } from '../keys/authenticate.ts'
import type { App } from './app.ts'
import { mustHaveScope, mustNameScopes } from './scopes.ts'
import { bearerOf, type TokenPorts } from './token-bearer.ts'

/** Guards every route registered on this instance; the credential is judged before any byte of the body is read. */
export function requireKey(app: App, ports: TokenPorts): void {
  app.decorateRequest('actor')
  mustNameScopes(app)
  app.addHook('onRequest', async request => {
    const secret = secretOf(request)
    const isToken = looksLikeUploadToken(secret)
    request.actor = isToken ? await bearerOf(ports, request, secret) : await authenticate(ports, secret)
    ports.lastUsed.note(request.actor.keyId) // by its tokens too: they end with it, so somebody still needs it
    if (!isToken) mustHaveScope(request.actor, request.routeOptions.config.scopes) // a token may less than any scope
  })
}

/** RFC 6750, section 2.1; the scheme's case does not matter (RFC 9110, section 11.1). */
function secretOf(request: FastifyRequest): string {
  const header = request.headers.authorization
  if (header === undefined) throw missingKey()
  const secret = /^Bearer +(\S+)$/i.exec(header)?.[1]
  if (secret === undefined) throw invalidKey()
  return secret
}
