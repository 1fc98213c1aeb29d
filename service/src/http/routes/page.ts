// The page for people at /, and where a canvas_url leads: one document, whose script reads the address.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Forms } from '../../assets/ports.ts'
import { cacheControl } from '../../ground/cache-control.ts'
import { notFound } from '../../ground/errors.ts'
import type { App } from '../app.ts'
import { UNKEPT } from '../errors.ts'
import { type BuiltPage, encodedFor, indexBelow, readBuiltPage } from '../pages/built-page.ts'
import type { Urls } from '../urls.ts'

const HIDDEN = { hide: true }
const YEAR_SECONDS = 31_536_000
const NOT_BUILT = 'The page has not been built: run "npm run build", then load this address again.\n'

/** `folder` is where the built files are. */
export function page(app: App, deps: Where, folder: string): void {
  let kept: Drawn | undefined // read by whoever asks first: a start costs nothing, and a build may come after it
  const built = async (): Promise<Drawn | undefined> => {
    kept ??= await readBuiltPage(folder).then(found => found && drawn(found, deps))
    return kept
  }

  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer')
  })
  const answerIndex = async (_request: FastifyRequest, reply: FastifyReply) => {
    const found = await built()
    if (found === undefined) return reply.code(503).headers(UNKEPT).type('text/plain').send(NOT_BUILT)
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', found.policy)
      .header('cache-control', 'no-cache')
      .send(found.index)
  }
  for (const url of ['/', '/projects', '/projects/:project_id']) app.get(url, { schema: HIDDEN }, answerIndex)
  const params = z.object({ file: z.string() })
  app.get('/page/:file', { schema: { ...HIDDEN, params } }, async (request, reply) => {
    const file = (await built())?.files.get(request.params.file)
    if (file === undefined) throw notFound('route')
    const { encoding, bytes } = encodedFor(file, request.headers['accept-encoding'])
    if (encoding !== undefined) reply.header('content-encoding', encoding)
    return reply
      .type(file.type)
      .header('cache-control', cacheControl(YEAR_SECONDS))
      .header('vary', 'accept-encoding')
      .send(bytes)
  })
}

interface Where {
  urls: Urls
  forms: Pick<Forms, 'url'> | undefined
}

interface Drawn extends BuiltPage {
  policy: string
}

/** The addresses are known once someone asks. */
function drawn({ index, files }: BuiltPage, { urls, forms }: Where): Drawn {
  const root = new URL(urls.page()).pathname.replace(/\/$/, '')
  const ours = [urls.page(), urls.media({ mediaToken: '', name: null }), ...(forms ? [forms.url] : [])]
  const origins = [...new Set(ours.map(url => new URL(url).origin))]
  return { index: indexBelow(index, root), files, policy: policyFor(origins) }
}

/** Nothing is inlined, and nothing is asked for but the service itself and where its media and forms are. */
const policyFor = (origins: string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    ...['img-src', 'media-src', 'connect-src'].map(kind => [kind, "'self'", ...origins].join(' ')),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
