// One log line an answer. It names the route's pattern, never the path: tickets and media tokens stand in paths.
import type { App } from './app.ts'
import { asLogged } from './owner.ts'
import { routeOf } from './watch-requests.ts'

export function logAnswers(app: App): void {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: routeOf(request),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ...asLogged(request),
      },
      'answered',
    )
  })
}
