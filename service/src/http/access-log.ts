// One log line an answer. It names the route's pattern, never the path: tickets and media tokens stand in paths.
import type { FastifyRequest } from 'fastify'
import type { App } from './app.ts'

export function logAnswers(app: App): void {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: routeOf(request),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ...(request.actor ? { key_id: request.actor.keyId, workspace_id: request.actor.workspaceId } : {}),
      },
      'answered',
    )
  })
}

const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'none'
