// What pages of other origins may do: use the door, media and upload tokens, and more where the operator lets them.
import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app.ts'
import { BY_TOKEN_TOO } from './token-bearer.ts'

const DAY_SECONDS = 86_400

export interface CrossOrigin {
  methods: string
  exposed: string
  /** What else OPTIONS tells. */
  abilities?: Record<string, string>
}

/** Opens every route of this instance to other origins, and answers their preflight requests for `path`. */
export function allowAllOrigins(app: App, path: string, allowed: CrossOrigin): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', allowed.exposed)
  })
  app.options(path, { schema: { hide: true } }, async (_request, reply) => preflight(reply, allowed))
}

const preflight = (reply: FastifyReply, allowed: CrossOrigin): FastifyReply =>
  reply
    .code(204)
    .header('access-control-allow-methods', allowed.methods)
    .header('access-control-allow-headers', '*')
    .header('access-control-max-age', DAY_SECONDS)
    .header('allow', allowed.methods)
    .headers(allowed.abilities ?? {})
    .send()

const OF_THE_API: FastifyCorsOptions = {
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  exposedHeaders: [
    'request-id',
    'retry-after',
    'x-should-retry',
    'idempotent-replayed',
    'ratelimit-limit',
    'ratelimit-remaining',
    'ratelimit-reset',
  ],
  maxAge: DAY_SECONDS,
  strictPreflight: false,
}

/** The plugin knows by it which preflight requests are for routes that take tokens, and answers them itself. */
const PREFLIGHT = { schema: { hide: true }, config: BY_TOKEN_TOO }

/**
 * Opens the API to these origins, and to all where `*` is among them; what takes upload tokens is open to all in any
 * case, for no browser sends a bearer's credential by itself. Must come before `requireKey`: a preflight request has
 * no credential.
 */
export async function allowOrigins(app: App, origins: string[]): Promise<void> {
  const listed: FastifyCorsOptions = { ...OF_THE_API, origin: origins.length > 0 && origins }
  const anyone: FastifyCorsOptions = { ...OF_THE_API, origin: '*', methods: ['GET', 'POST'] }
  await app.register(cors, {
    delegator: (request: FastifyRequest, choose) => {
      const isListed = origins.includes('*') || origins.includes(request.headers.origin ?? '')
      const isOpen = request.routeOptions.config.takesUploadToken === true
      choose(null, isOpen && !isListed ? anyone : listed)
    },
  })
  app.addHook('onRoute', ({ method, routePath, config }) => {
    const isAsked = method === 'GET' || method === 'POST'
    if (isAsked && config?.takesUploadToken) app.options(routePath, PREFLIGHT, (_, reply) => reply.send())
  })
}
