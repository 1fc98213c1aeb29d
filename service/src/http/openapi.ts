// The OpenAPI 3.1 document, made from the route schemas.
import type { SwaggerTransform } from '@fastify/swagger'
import fastify, { type RouteOptions } from 'fastify'
import { z } from 'zod'
import { SCOPES, type Scope } from '../ground/scope.ts'
import type { App } from './app.ts'
import type { OpenApiDocument } from './pages/openapi.ts'
import { errors } from './schemas.ts'
import type { Urls } from './urls.ts'

const DESCRIPTION = `Reserve an upload, send the bytes, complete the asset; from then on it is verified and has a stable URL.
Every answer carries a \`request-id\`. Errors are \`{"error": {"code", "message", "fields"?}}\`.
Every request that changes assets or projects takes an \`Idempotency-Key\` header: for 24 hours the same key and body give the first answer again, marked \`idempotent-replayed: true\`.
With a test key, the header \`Herbarium-Fault\` makes an upload expire at once (\`expire-now\`) or its bytes be refused (\`fail-verification\`); a live key that sends it is answered 403.`

const UPLOAD_TOKEN =
  'Completing, retrying and getting an asset can also be done with its upload token, `upload.token` of a reservation, in the same header: from a page of any origin, without an API key.'

declare module 'fastify' {
  interface FastifyInstance {
    /** Of all routes, without the address. */
    openApi(): Promise<OpenApiDocument>
  }
}

/**
 * Must be called before the routes it is to describe. The document is drawn when it is asked for first: what draws it
 * would make every start slower and every process larger.
 */
export function describeRoutes(app: App, version: string): void {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', route => {
    routes.push(route)
  })
  let document: Promise<OpenApiDocument> | undefined
  app.decorate('openApi', () => {
    document ??= draw(routes, version)
    return document
  })
}

/** The routes once more, on an application that answers nobody. */
async function draw(routes: RouteOptions[], version: string): Promise<OpenApiDocument> {
  const { default: swagger } = await import('@fastify/swagger')
  const paper = fastify({ exposeHeadRoutes: false })
  paper.setValidatorCompiler(() => () => true).setSerializerCompiler(() => () => '')
  await paper.register(swagger, { openapi: { ...ABOUT, info: { ...ABOUT.info, version } }, transform })
  for (const { method, url, schema, config } of routes)
    paper.route({
      method,
      url,
      handler: () => undefined,
      ...(schema && { schema }),
      ...(config && { config }),
    })
  await paper.ready()
  return paper.swagger() as unknown as OpenApiDocument // the plugin's own type is OpenAPI 2 or 3
}

const ABOUT = {
  openapi: '3.1.0',
  info: { title: 'Herbarium', description: DESCRIPTION },
  tags: [
    { name: 'assets', description: 'Media files, from a promise of bytes to a verified asset' },
    { name: 'uploads', description: 'Where the bytes go' },
    { name: 'events', description: 'Every change of an asset, in order' },
    { name: 'webhooks', description: 'Endpoints that are told of events' },
    { name: 'projects', description: 'Canvases and the assets on them' },
    { name: 'workspaces', description: 'Who owns what' },
    { name: 'admin', description: 'The installation: every workspace and every key, for operators' },
  ],
  components: {
    securitySchemes: {
      apiKey: { type: 'http' as const, scheme: 'bearer', bearerFormat: 'sk_live_…' },
      uploadToken: {
        type: 'http' as const,
        scheme: 'bearer',
        bearerFormat: 'ut_v1…',
        description: UPLOAD_TOKEN,
      },
    },
  },
  security: [{ apiKey: [] }],
}

/** The document for the address this installation is reached at. */
export async function openApiDocument(
  app: App,
  urls: Urls,
): Promise<OpenApiDocument & { servers: { url: string }[] }> {
  const server = { url: urls.api().replace(/\/api\/v1$/, '') }
  return { ...(await app.openApi()), servers: [server] }
}

/** Zod schemas as JSON Schema: what comes in as it may be sent, what goes out as it is answered. */
const transform: SwaggerTransform = ({ schema, url, route }) => {
  const { body, querystring, params, headers, response, ...rest } = schema as RouteSchema
  const transformed = {
    ...rest,
    ...scopesTold(rest.description, route.config?.scopes),
    ...(route.config?.takesUploadToken ? { security: [{ apiKey: [] }, { uploadToken: [] }] } : {}),
    ...(body === undefined || body === null ? {} : { body: bodySchema(body) }),
    ...(querystring === undefined ? {} : { querystring: jsonSchema(querystring, 'input') }),
    ...(params === undefined ? {} : { params: jsonSchema(params, 'input') }),
    ...(headers === undefined ? {} : { headers: jsonSchema(headers, 'input') }),
    ...(response === undefined ? {} : { response: responses({ ...refusalsOf(route), ...response }) }),
  }
  return { schema: transformed, url }
}

/** What any key may be answered: that it is none, that it may not do this, or that its scripted fault is unknown. */
const refusalsOf = ({ config }: { config?: { scopes?: unknown } | undefined }) =>
  config?.scopes === undefined ? {} : errors(400, 401, 403)

/** What a key must be allowed, for readers and for programs. */
function scopesTold(description: string | undefined, scopes: readonly Scope[] | undefined) {
  if (scopes === undefined) return {}
  const isOpen = SCOPES.every(scope => scopes.includes(scope))
  const told = isOpen
    ? 'Open to every key.'
    : `Needs the scope ${scopes.map(scope => `\`${scope}\``).join(' or ')}.`
  return {
    description: [description, told].filter(text => text !== undefined).join('\n\n'),
    'x-required-scopes': scopes,
  }
}

interface RouteSchema {
  description?: string
  body?: z.ZodType | { content: Content } | null
  querystring?: z.ZodType
  params?: z.ZodType
  headers?: z.ZodType
  response?: Responses
}

/** By media type. */
type Content = Record<string, { schema: z.ZodType }>
/** By status; what is not JSON says what it is. */
type Responses = Record<string, z.ZodType | { description: string; content: Content }>

const bodySchema = (body: NonNullable<RouteSchema['body']>) =>
  body instanceof z.ZodType ? jsonSchema(body, 'input') : { content: contentSchema(body.content, 'input') }

const contentSchema = (content: Content, io: 'input' | 'output') =>
  Object.fromEntries(
    Object.entries(content).map(([type, { schema }]) => [type, { schema: jsonSchema(schema, io) }]),
  )

/** A body of `null` is none: such an answer has a description and no content. */
const responses = (response: Responses) =>
  Object.fromEntries(Object.entries(response).map(([status, schema]) => [status, responseOf(status, schema)]))

function responseOf(status: string, schema: Responses[string]) {
  if (!(schema instanceof z.ZodType))
    return { description: schema.description, content: contentSchema(schema.content, 'output') }
  if (schema instanceof z.ZodNull) return { type: 'null', description: schema.description ?? 'No content' }
  return { description: DESCRIPTIONS[status] ?? 'Error', ...jsonSchema(schema, 'output') }
}

const DESCRIPTIONS: Record<string, string> = {
  200: 'Done',
  201: 'Created',
  400: 'The request is not valid; `fields` says where',
  401: 'No API key, or one that is not valid',
  402: "The file does not fit into the workspace's quota",
  403: 'Not allowed',
  404: 'There is no such thing, or it is not yours',
  409: 'The state does not allow it, or the same request is still under way',
  410: 'It was there and is not kept any more',
  413: 'Too large',
  422: 'The idempotency key was used with another body',
  429: 'Too many requests; try again after `retry-after` seconds',
  500: 'Our fault',
  503: 'Try again after `retry-after` seconds',
}

/** Takes anything, and is documented as `schema`: for what its route parses itself. */
export const documentedAs = (schema: z.ZodType) => z.unknown().meta(jsonSchema(schema, 'input'))

function jsonSchema(schema: z.ZodType, io: 'input' | 'output') {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
  })
  return json
}
