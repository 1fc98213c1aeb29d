// The API reference shows every operation of the real OpenAPI document, and never lets a text become markup.
import swagger from '@fastify/swagger'
import fastify from 'fastify'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { OpenApiDocument } from '../../src/http/pages/openapi.ts'
import { referencePage } from '../../src/http/pages/reference.ts'

const apiBase = 'https://media.example.com/api/v1'

const id = (prefix: string, what: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_\\S+$`))
    .describe(what)

const refusal = z.strictObject({
  error: z.strictObject({
    code: z.enum(['input_validation_error', 'invalid_api_key', 'not_found', 'conflict', 'rate_limited']),
    message: z.string().describe('What is wrong and what to do about it.'),
    fields: z
      .array(z.strictObject({ field: z.string(), message: z.string() }))
      .optional()
      .describe('The fields at fault, where a field is.'),
  }),
})

const uploadForm = z
  .object({
    url: z.url(),
    method: z.literal('POST'),
    file_field: z.string(),
    form_fields: z.record(z.string(), z.string()).describe('Send these first, then the file.'),
  })
  .nullable()
  .describe('How to send the bytes; `null` once they are here.')

const asset = z.object({
  asset_id: id('asset', 'The asset.'),
  url: z.url().describe('Final from the start; answers once the asset is ready.'),
  status: z.enum(['pending_upload', 'ready', 'failed']),
  name: z.string().nullable(),
  size_bytes: z.number().int().nullable(),
  created_at: z.iso.datetime(),
  upload: uploadForm.optional(),
})

const place = {
  workspace_id: id('ws', 'The workspace that will own the asset.').meta({ example: 'ws_1' }),
  folder: z.string().max(512).optional().describe('A folder of your own, at most 10 levels deep.'),
}

const signed = z
  .strictObject({
    source: z.literal('signed-url'),
    ...place,
    file_name: z.string().max(255).optional().meta({ example: "o'hara.png" }),
    metadata: z.record(z.string(), z.string()).optional().describe('At most 16 pairs of text.'),
  })
  .meta({ title: 'Reserve a signed upload', description: 'Answers with instructions to send the bytes.' })

const fetched = z
  .strictObject({ source: z.url().describe('A public `https://` address.'), ...place })
  .meta({ title: 'Fetch from a URL', description: 'The service fetches at most 50 MB.' })

const direct = z
  .strictObject({ ...place, file: z.file().describe('At most 4 MiB.') })
  .meta({ title: 'Send the file itself' })

const sent = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input' })
const returned = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'output' })

const creation = {
  content: {
    'application/json': { schema: sent(z.union([signed, fetched])) },
    'multipart/form-data': { schema: sent(direct) },
  },
}

const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20).meta({ example: 10 }),
  cursor: z.string().optional().describe('`next_cursor` of the page before.'),
  query: z.string().optional().describe('A part of the name.'),
  status: z.enum(['pending_upload', 'ready', 'failed']).optional(),
  folder: z.string().optional(),
})

const page = z.object({
  assets: z.array(asset),
  meta: z.object({ next_cursor: z.string().nullable(), total_estimate: z.number().int().nullish() }),
})

const nodes = z.object({
  nodes: z.array(
    z.object({
      node_id: z.string(),
      type: z.enum(['image', 'video', 'audio', 'text']),
      url: z.url().nullable(),
    }),
  ),
})

const refusals = { 400: returned(refusal), 404: returned(refusal.describe('There is no such asset.')) }
const oneAsset = {
  params: sent(z.object({ asset_id: id('asset', 'The asset.') })),
  response: returned(asset),
}
const oneProject = {
  params: sent(z.object({ project_id: id('prj', 'The project.') })),
  response: returned(nodes),
}

const routes = [
  ['POST', '/assets', 'Create an asset', { body: creation, response: returned(asset) }],
  ['GET', '/assets', 'List assets', { querystring: sent(listQuery), response: returned(page) }],
  ['GET', '/assets/:asset_id', 'Retrieve an asset', oneAsset],
  ['POST', '/assets/:asset_id/complete', 'Complete an upload', oneAsset],
  ['POST', '/assets/:asset_id/retry', 'Ask for fresh upload instructions', oneAsset],
  ['GET', '/projects/:project_id/nodes', 'List the nodes', oneProject],
] as const

const uploadRoute = {
  summary: 'Send the bytes',
  tags: ['Uploads'],
  security: [],
  consumes: ['image/png'],
  params: sent(z.object({ ticket: z.string().describe('From `upload_url`.') })),
  body: sent(z.file()),
  response: { 204: { type: 'null', description: 'Received.' }, 403: returned(refusal) },
}

async function realDocument(): Promise<OpenApiDocument> {
  const app = fastify()
  // Only the document is wanted here, so nothing has to be checked or written.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => data => JSON.stringify(data))
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Herbarium API', version: '0.1.0', description: 'Keeps media assets.' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
  })
  app.after(() => {
    for (const [method, path, summary, { response, ...schema }] of routes) {
      const tags = [path.startsWith('/assets') ? 'Assets' : 'Projects']
      const answers = { 200: response, ...refusals }
      app.route({
        method,
        url: `/api/v1${path}`,
        schema: { summary, tags, ...schema, response: answers },
        handler: () => ({}),
      })
    }
    app.put('/uploads/:ticket', { schema: uploadRoute }, () => undefined)
  })
  await app.ready()
  const document = app.swagger()
  await app.close()
  return document as OpenApiDocument
}

const decode = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
const readable = (page: string) => decode(page.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, ''))
const commands = (page: string) =>
  [...page.matchAll(/<pre class="curl"><code>(.*?)<\/code>/gs)].map(([, code]) => decode(code ?? ''))
const attributes = (page: string, name: string) =>
  [...page.matchAll(new RegExp(` ${name}="([^"]*)"`, 'g'))].map(([, value]) => value ?? '')

let document: OpenApiDocument
let shown: string
beforeAll(async () => {
  document = await realDocument()
  shown = referencePage(document, { apiBase })
})

describe('the API reference', () => {
  test('shows each operation with its method and path', () => {
    const text = readable(shown)
    for (const [method, url] of routes) {
      expect(text).toContain(`${method} /api/v1${url.replace(/:(\w+)/g, '{$1}')}`)
    }
    expect(text).toContain('PUT /uploads/{ticket}')
  })

  test('asks no other origin for anything and runs no script', () => {
    expect(attributes(shown, 'src')).toEqual([])
    expect(attributes(shown, 'href').filter(link => !/^(#|\/docs$)/.test(link))).toEqual([])
    expect(shown).not.toMatch(/<script|<link|@import|url\(/)
  })

  test('gives every anchor once, and links only to anchors it has', () => {
    const ids = attributes(shown, 'id')
    expect(new Set(ids).size).toBe(ids.length)
    const targets = attributes(shown, 'href').filter(link => link.startsWith('#'))
    expect(targets.filter(target => !ids.includes(target.slice(1)))).toEqual([])
  })

  test('keeps anchors apart where paths differ only in signs', () => {
    const twins = { get: { responses: {} } }
    const info = { title: 'Twins', version: '1' }
    const ids = attributes(
      referencePage({ info, paths: { '/a/b': twins, '/a-b': twins } }, { apiBase }),
      'id',
    )
    expect(ids).toEqual(expect.arrayContaining(['get-a-b', 'get-a-b-2']))
  })

  test('offers one curl line for each way to create an asset', () => {
    const creations = commands(shown).filter(command =>
      command.includes("-X POST \\\n  'https://media.example.com/api/v1/assets'"),
    )
    expect(creations).toHaveLength(3)
    expect(creations.filter(command => command.includes('"source": "signed-url"'))).toHaveLength(1)
    expect(creations.filter(command => command.includes("-F 'file=@picture.png'"))).toHaveLength(1)
    expect(creations.every(command => command.includes('-H "Authorization: Bearer $FLORA_API_KEY"'))).toBe(
      true,
    )
  })

  test('quotes a sample so that the shell passes it on as it is', () => {
    expect(commands(shown).join('\n')).toContain(`"file_name": "o'\\''hara.png"`)
  })

  test('sends no API key to the upload address', () => {
    expect(commands(shown).filter(command => command.includes('/uploads/'))).toEqual([
      "curl -X PUT \\\n  'https://media.example.com/uploads/TICKET' \\\n  -H 'Content-Type: image/png' \\\n  --data-binary @picture.png",
    ])
  })

  test('states types, limits and defaults in words', () => {
    const text = readable(shown).replace(/\s+/g, ' ')
    expect(text).toContain('limit optional integer · 1 to 100 · default 20')
    expect(text).toContain('integer or null')
    expect(text).toContain('map of string')
    expect(text).not.toContain(String(Number.MAX_SAFE_INTEGER))
  })

  test('explains the error envelope once and links every refusal to it', () => {
    expect(readable(shown).split('input_validation_error')).toHaveLength(2)
    expect(attributes(shown, 'href').filter(link => link === '#errors')).toHaveLength(routes.length * 2 + 3)
  })
})
