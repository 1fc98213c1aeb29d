// Who asks: the API key of a request.
import type { FastifyRequest } from 'fastify'
import { invalidKey, missingKey } from '../ground/errors.ts'
import { authenticate } from '../keys/authenticate.ts'
import type { App } from './app.ts'

type AuthPorts = Parameters<typeof authenticate>[0]

/** Guards every route registered on this instance; the key is judged before any byte of the body is read. */
export function requireKey(app: App, ports: AuthPorts): void {
  app.decorateRequest('actor')
  app.addHook('onRequest', async request => {
    request.actor = await authenticate(ports, secretOf(request))
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
