// The API's reference in a real browser, and pages of other origins that upload to the door.
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openBrowser } from '../support/open-browser.ts'
import { type OtherOrigin, openOtherOrigin } from '../support/other-origin.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'

let herbarium: RunningService
let browser: Browser
let page: Page
/** What went wrong on the page, and every address it asked for. */
let troubles: string[]
let asked: string[]
beforeAll(async () => {
  ;[herbarium, browser] = await Promise.all([startService(), openBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await herbarium?.close()
})
beforeEach(async () => {
  page = await browser.newPage()
  troubles = []
  asked = []
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text())
  })
  page.on('pageerror', error => troubles.push(error.message))
  page.on('requestfailed', request => troubles.push(`${request.url()} failed`))
  page.on('request', request => asked.push(request.url()))
})
afterEach(() => page.close())

interface Document {
  paths: Record<string, Record<string, { summary?: string }>>
}

function expectQuiet(): void {
  expect(troubles).toEqual([])
  expect(asked.filter(url => new URL(url).origin !== herbarium.origin)).toEqual([])
}

describe('the API reference', () => {
  test('lists each operation of the OpenAPI document with its method and path, and asks nobody else', async () => {
    const answer = await page.goto(`${herbarium.origin}/docs`)
    expect(answer?.status()).toBe(200)
    const { paths } = (await (
      await herbarium.fetch(`${herbarium.origin}/api/v1/openapi.json`)
    ).json()) as Document
    const text = await page.locator('main').innerText()
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary }]) => ({ path, method, summary })),
    )
    expect(operations.length).toBeGreaterThanOrEqual(13)
    for (const { path, method, summary } of operations) {
      const article = page.locator('article', { hasText: path }).filter({ hasText: summary ?? 'no summary' })
      expect(await article.count(), `${method} ${path}`).toBeGreaterThan(0)
      expect((await article.first().innerText()).toUpperCase()).toContain(method.toUpperCase())
    }
    expect(text).toContain(`${herbarium.origin}/api/v1`)
    expectQuiet()
  })

  test('has no link that goes nowhere', async () => {
    await page.goto(`${herbarium.origin}/docs`)
    const links = await page
      .locator('a[href]')
      .evaluateAll(found => found.map(link => link.getAttribute('href')))
    expect(links.length).toBeGreaterThan(13)
    for (const link of new Set(links)) {
      if (link?.startsWith('#')) expect(await page.locator(`[id="${link.slice(1)}"]`).count(), link).toBe(1)
      else expect((await fetch(new URL(link ?? '', page.url()))).status, link ?? '').toBe(200)
    }
    expectQuiet()
  })

  test.each([1280, 390])('does not scroll sideways at a width of %i', async width => {
    await page.setViewportSize({ width, height: 900 })
    await page.goto(`${herbarium.origin}/docs`)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    expectQuiet()
  })
})

test('the pages ask for no icon that is not there', async () => {
  expect((await herbarium.fetch(`${herbarium.origin}/favicon.ico`)).status).toBe(204)
})

describe('a page of another origin', () => {
  let other: OtherOrigin
  beforeAll(async () => {
    other = await openOtherOrigin()
  })
  afterAll(() => other.close())

  async function outcomeOf(script: string): Promise<unknown> {
    const html = `<!doctype html><script>window.run = async () => { ${script} }
      run().then(outcome => { window.outcome = outcome }, error => { window.outcome = String(error) })</script>`
    await page.goto(other.add('upload.html', html, { 'content-type': 'text/html; charset=utf-8' }))
    return vi.waitFor(async () => {
      const outcome = await page.evaluate('window.outcome')
      expect(outcome).toBeDefined()
      return outcome
    }, 10_000)
  }

  /** The picture comes from the page's own origin, as a file that a person chose would come from the disk. */
  const chosenFile = async () => {
    const url = other.add('chosen.png', await sampleBytes('i.png'), { 'content-type': 'image/png' })
    return `const file = await (await fetch('${url}')).blob();`
  }

  async function expectReady(assetId: string): Promise<void> {
    const asset = await herbarium.client.assets.complete(assetId)
    expect(asset.status).toBe('ready')
    const served = await herbarium.fetch(asset.url ?? '')
    expect(Buffer.from(await served.arrayBuffer()).equals(await sampleBytes('i.png'))).toBe(true)
  }

  test('uploads a file by a form to upload.url, without a key', async () => {
    const { asset_id, upload } = await reserve(herbarium, { file_name: 'browser.png' })
    const outcome = await outcomeOf(`${await chosenFile()}
      const form = new FormData()
      for (const [name, value] of Object.entries(${JSON.stringify(upload.formFields)})) form.append(name, value)
      form.append('${upload.fileField}', file, 'browser.png')
      const response = await fetch('${upload.url}', { method: 'POST', body: form })
      return [response.status, response.type, response.headers.get('request-id') !== null]`)
    expect(outcome).toEqual([204, 'cors', true])
    await expectReady(asset_id)
  })

  test('uploads a file by PUT to upload_url, which takes a preflight request', async () => {
    const { asset_id, upload_url } = await reserve(herbarium, { file_name: 'browser.png' })
    const outcome = await outcomeOf(`${await chosenFile()}
      const response = await fetch('${upload_url}', { method: 'PUT', body: file, headers: { 'x-tool': 'sketch' } })
      return [response.status, response.type]`)
    expect(outcome).toEqual([204, 'cors'])
    await expectReady(asset_id)
  })

  test('can read why an upload was refused', async () => {
    const { upload_url } = await reserve(herbarium)
    const outcome = await outcomeOf(`
      const response = await fetch('${upload_url}x', { method: 'PUT', body: 'bytes' })
      return [response.status, (await response.json()).error.code]`)
    expect(outcome).toEqual([403, 'forbidden'])
  })

  test('does with an upload token all that an upload needs, without a key', async () => {
    const { asset_id, upload, upload_url } = await reserve(herbarium, { file_name: 'browser.png' })
    const outcome = await outcomeOf(`${await chosenFile()}
      const asset = '${herbarium.origin}/api/v1/assets/${asset_id}'
      const headers = { authorization: 'Bearer ${upload.token}', 'idempotency-key': crypto.randomUUID() }
      const retried = await (await fetch(asset + '/retry', { method: 'POST', headers })).json()
      await fetch(retried.upload_url, { method: 'PUT', body: file })
      headers.authorization = 'Bearer ' + retried.upload.token
      const completed = await (await fetch(asset + '/complete', { method: 'POST', headers })).json()
      const found = await (await fetch(asset, { headers })).json()
      const refused = await fetch('${upload_url}', { method: 'PUT', body: file })
      return [completed.status, found.status, refused.status]`)
    expect(outcome).toEqual(['ready', 'ready', 403])
    await expectReady(asset_id)
  })

  test('cannot call the API itself, unless CORS_ORIGINS names it', async () => {
    const call = (origin: string, apiKey: string) => `
      const response = await fetch('${origin}/api/v1/workspaces', { headers: { authorization: 'Bearer ${apiKey}' } })
      return response.status`
    expect(await outcomeOf(call(herbarium.origin, herbarium.apiKey))).toMatch(/^TypeError/)
    const open = await startService({ environment: { CORS_ORIGINS: other.origin } })
    expect(await outcomeOf(call(open.origin, open.apiKey))).toBe(200)
    await open.close()
  })
})
