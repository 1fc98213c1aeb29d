// The door for programs: one web server, its blocks of routes, and what holds for all of them.
import type { ServerOptions } from 'node:https'
import fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import { invalidField } from '../ground/errors.ts'
import { logAnswers } from './access-log.ts'
import type { App } from './app.ts'
import { requireKey } from './auth.ts'
import { answerClientError } from './client-error.ts'
import { allowOrigins } from './cors.ts'
import type { Deps } from './deps.ts'
import { answerError, answerNotFound } from './errors.ts'
import { acceptJson } from './json-body.ts'
import { boundJsonBodies, boundRate, SERVER_LIMITS } from './limits.ts'
import { describeRoutes, openApiDocument } from './openapi.ts'
import { boundUnreadBodies } from './request-bytes.ts'
import { admin } from './routes/admin.ts'
import { attachAsset } from './routes/attach-asset.ts'
import { completeAsset } from './routes/complete-asset.ts'
import { createAsset } from './routes/create-asset.ts'
import { createAssets } from './routes/create-assets.ts'
import { createProject } from './routes/create-project.ts'
import { deleteAsset } from './routes/delete-asset.ts'
import { getAsset } from './routes/get-asset.ts'
import { getAssetMedia } from './routes/get-asset-media.ts'
import { getProject } from './routes/get-project.ts'
import { getTimeline } from './routes/get-timeline.ts'
import { getUsage } from './routes/get-usage.ts'
import { health } from './routes/health.ts'
import { listAssets } from './routes/list-assets.ts'
import { listEvents } from './routes/list-events.ts'
import { listProjectNodes } from './routes/list-project-nodes.ts'
import { listProjects } from './routes/list-projects.ts'
import { listWorkspaces } from './routes/list-workspaces.ts'
import { media } from './routes/media.ts'
import { page } from './routes/page.ts'
import { pages } from './routes/pages.ts'
import { retryAsset } from './routes/retry-asset.ts'
import { signAsset } from './routes/sign-asset.ts'
import { streamEvents } from './routes/stream-events.ts'
import { updateAsset } from './routes/update-asset.ts'
import { upload } from './routes/upload.ts'
import { webhooks } from './routes/webhooks.ts'
import { takeScriptedFaults } from './scripted-faults.ts'
import { validatorCompiler } from './validation.ts'
import { type RequestWatch, watchRequests } from './watch-requests.ts'

export interface AppOptions {
  version: string
  /** Where the built page is. */
  pageFolder: string
  logger: FastifyBaseLogger
  tls: ServerOptions | undefined
  trustProxy: boolean
  /** Origins whose pages may call the API. */
  corsOrigins: string[]
  /** Requests a minute of one workspace; undefined for any number. */
  rateLimit: number | undefined
  /** Whoever watches requests; mostly nobody. */
  watches: RequestWatch[]
}

/** A JSON body has at most this many bytes; files never come as JSON. */
const MAX_JSON_BYTES = 64 * 1024
/** Tickets and media names stand in paths. */
const MAX_PARAMETER_CHARACTERS = 1024

const notNeeded = (): never => {
  throw new Error('the compilers of schemas are set below')
}

export async function createApp(deps: Deps, options: AppOptions): Promise<App> {
  const app: App = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: () => deps.ids.id('req'),
    trustProxy: options.trustProxy,
    bodyLimit: MAX_JSON_BYTES,
    // With any given here the framework does not load its own, which are large.
    schemaController: { compilersFactory: { buildValidator: notNeeded, buildSerializer: notNeeded } },
    routerOptions: { maxParamLength: MAX_PARAMETER_CHARACTERS },
    clientErrorHandler: answerClientError(deps.ids),
    frameworkErrors: (_error, request, reply) => {
      reply.header('request-id', request.id)
      answerError(invalidField('path', 'has a part that is too long or not UTF-8'), request, reply)
    },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // What Node would refuse by itself it would refuse without a request-id.
    ...(options.tls
      ? { https: { ...options.tls, ...SERVER_LIMITS, requireHostHeader: false } }
      : { http: { ...SERVER_LIMITS, requireHostHeader: false } }),
  }) as unknown as App // with https Fastify's type has another server, which nothing here looks at
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(() => data => JSON.stringify(data)) // the types hold answers to their schemas
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerNotFound)
  watchRequests(app, options.watches)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('request-id', request.id)
    // RFC 9112, section 3.2
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined)
      throw invalidField('host', 'is a header that is required')
  })
  // RFC 9110, section 10.1.1: an expectation that is not known may be ignored.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  boundUnreadBodies(app)
  logAnswers(app)
  describeRoutes(app, options.version)
  await app.register(open => withoutKey(open as App, deps, options))
  await app.register(api => withKey(api as App, deps, options), { prefix: '/api/v1' })
  return app
}

/** What anyone may ask: the upload door and media (their URLs are the credential), health, pages, the document. */
async function withoutKey(app: App, deps: Deps, { pageFolder }: AppOptions): Promise<void> {
  await app.register(async scope => upload(scope as App, deps))
  await app.register(async scope => media(scope as App, deps))
  await app.register(async scope => pages(scope as App, deps))
  await app.register(async scope => page(scope as App, deps, pageFolder))
  health(app, deps)
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, async () => openApiDocument(app, deps.urls))
}

/** What needs an API key, or on some routes an upload token. */
async function withKey(app: App, deps: Deps, { corsOrigins, rateLimit }: AppOptions): Promise<void> {
  await allowOrigins(app, corsOrigins)
  requireKey(app, deps)
  takeScriptedFaults(app)
  await boundRate(app, rateLimit)
  boundJsonBodies(app)
  acceptJson(app)
  createAsset(app, deps)
  createAssets(app, deps)
  completeAsset(app, deps)
  retryAsset(app, deps)
  deleteAsset(app, deps)
  updateAsset(app, deps)
  getAsset(app, deps)
  getAssetMedia(app, deps)
  signAsset(app, deps)
  getTimeline(app, deps)
  listAssets(app, deps)
  attachAsset(app, deps)
  listEvents(app, deps)
  streamEvents(app, deps)
  webhooks(app, deps)
  listWorkspaces(app, deps)
  getUsage(app, deps)
  listProjects(app, deps)
  createProject(app, deps)
  getProject(app, deps)
  listProjectNodes(app, deps)
  admin(app, deps)
}
