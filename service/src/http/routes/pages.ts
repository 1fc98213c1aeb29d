// The API's reference for people.
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { openApiDocument } from '../openapi.ts'
import { referencePage } from '../pages/reference.ts'

const CSP =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export function pages(app: App, deps: Deps): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', CSP).header('x-content-type-options', 'nosniff')
    reply.header('referrer-policy', 'no-referrer')
  })
  // Browsers ask for it, whatever they show; with none they note an error.
  app.get('/favicon.ico', { schema: { hide: true } }, (_request, reply) =>
    reply.code(204).header('cache-control', 'public, max-age=86400').send(),
  )
  let reference: string | undefined // drawn when first asked for: the address is known by then
  app.get('/docs', { schema: { hide: true } }, async (_request, reply) => {
    reference ??= referencePage(await openApiDocument(app, deps.urls), { apiBase: deps.urls.api() })
    return reply.type('text/html; charset=utf-8').send(reference)
  })
}
