// GET /healthz and /readyz: is the process alive, and can it serve?
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'

export function health(app: App, deps: Deps): void {
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { hide: true } }, async () => {
    await deps.checkReady()
    return { status: 'ready' }
  })
}
