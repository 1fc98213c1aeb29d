// What one client may take: time to speak, and requests a minute.
import rateLimit from '@fastify/rate-limit'
import { rateLimited } from '../ground/errors.ts'
import type { App } from './app.ts'

/** The framework's own limits of time are off by default. A whole request has none: uploads go by their rate. */
export const SERVER_LIMITS = {
  headersTimeout: 15_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 * 1024,
}

/** A body of JSON is small; who needs longer is not sending one. */
const JSON_BODY_MS = 20_000

/** Cuts off whoever takes too long to send a JSON body; forms go by their rate. */
export function boundJsonBodies(app: App): void {
  app.addHook('onRequest', async ({ raw, headers }) => {
    if (raw.complete || headers['content-type']?.startsWith('multipart/')) return
    const cutOff = setTimeout(() => raw.destroy(), JSON_BODY_MS).unref()
    raw.once('end', () => clearTimeout(cutOff)).once('close', () => clearTimeout(cutOff))
  })
}

/** Requests a minute of one workspace at this node, told by the RateLimit headers; must follow `requireKey`. */
export async function boundRate(app: App, perMinute: number | undefined): Promise<void> {
  if (perMinute === undefined) return
  await app.register(rateLimit, {
    max: perMinute,
    timeWindow: 60_000,
    enableDraftSpec: true,
    keyGenerator: request => request.actor.workspaceId,
    errorResponseBuilder: (_request, { ttl }) => rateLimited(Math.max(1, Math.ceil(ttl / 1000))),
  })
}
