// What pages of other origins may do with the door and with media: everything, since neither uses cookies.
import type { FastifyReply } from 'fastify'
import type { App } from './app.ts'

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
