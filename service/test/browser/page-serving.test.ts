// How the page is served: small, cached where it can be, and bound by a strict policy.
import fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/http/app.ts'
import { page } from '../../src/http/routes/page.ts'
import { validatorCompiler } from '../../src/http/validation.ts'
import { pageFolder } from '../../src/version.ts'
import { type RunningService, startService } from '../support/start-service.ts'

const MAX_FIRST_LOAD_BYTES = 150_000

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService({ environment: { MEDIA_URL: 'https://cdn.example.com/a' } })
})
afterAll(() => herbarium.close())

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${herbarium.origin}${path}`, { headers })

async function filesOfIndex(): Promise<string[]> {
  const html = await (await get('/')).text()
  return [...html.matchAll(/(?:src|href)="(\/page\/[^"]+)"/g)].map(([, path = '']) => path)
}

test.each(['/', '/projects', '/projects/prj_any'])(
  '%s is the same document, asked for anew each time, that may load nothing but what is ours',
  async path => {
    const answer = await get(path)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('no-cache')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    const ours = `'self' ${herbarium.origin} https://cdn.example.com`
    expect(answer.headers.get('content-security-policy')).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src ${ours}; media-src ${ours}; connect-src ${ours}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    const html = await answer.text()
    expect(html).toBe(await (await get('/')).text())
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|https?:\/\//)
  },
)

test('all that a first visit loads is small, compressed when it was built, and kept for good', async () => {
  const paths = await filesOfIndex()
  expect(paths.length).toBeGreaterThanOrEqual(3)
  let bytes = Buffer.byteLength(await (await get('/')).text())
  for (const path of paths) {
    const plain = await get(path, { 'accept-encoding': 'identity' })
    const packed = await get(path, { 'accept-encoding': 'gzip' })
    expect(packed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(packed.headers.get('vary')).toBe('accept-encoding')
    expect(packed.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await packed.text()).toBe(await plain.text())
    bytes += Number(packed.headers.get('content-length'))
    if (/\.(js|css)$/.test(path)) expect(packed.headers.get('content-encoding')).toBe('gzip')
  }
  expect(bytes).toBeLessThan(MAX_FIRST_LOAD_BYTES)
})

test.each(['/page/nothing.js', '/page/..%2findex.html', '/page/index.html'])(
  '%s is not there',
  async path => {
    expect((await get(path)).status).toBe(404)
  },
)

async function answerOf(forms: { url: string } | undefined, folder = pageFolder) {
  const app = fastify() as unknown as App // what it differs in, the page does not use
  app.setValidatorCompiler(validatorCompiler)
  page(app, { urls: herbarium.service.urls, forms }, folder)
  const answer = await app.inject('/')
  await app.close()
  return answer
}

test('where forms go to a bucket the page may send them there, and show what it is sent to from media', async () => {
  const { headers } = await answerOf({ url: 'https://store.example.com/bucket' })
  const places = String(headers['content-security-policy']).split('; ')
  for (const kind of ['connect-src', 'img-src', 'media-src'])
    expect(places.find(place => place.startsWith(kind))).toMatch(/ https:\/\/store\.example\.com$/)
})

test('a page that was not built says so in one sentence with the command', async () => {
  const answer = await answerOf(undefined, '/nowhere')
  expect(answer.statusCode).toBe(503)
  expect(answer.headers['content-type']).toMatch(/^text\/plain/)
  expect(answer.body).toBe(
    'The page has not been built: run "npm run build", then load this address again.\n',
  )
})
