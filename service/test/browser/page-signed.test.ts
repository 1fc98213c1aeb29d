// The page where media are private: pictures are shown by signed URLs, also when those of a list have expired.
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { openBrowser } from '../support/open-browser.ts'
import { openPage, propertyOf, soon, type WatchedPage } from '../support/open-page.ts'
import { type ReadySample, readyAsset } from '../support/ready-asset.ts'
import { sampleBytes } from '../support/samples.ts'
import { signedTenant } from '../support/signed-tenant.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'

vi.setConfig({ testTimeout: 120_000 }) // a browser takes its time on a busy machine

const clock = createTestClock()
let herbarium: RunningService
let browser: Browser
let tenant: Tenant
let picture: ReadySample
let watched: WatchedPage
let page: Page
beforeAll(async () => {
  ;[herbarium, browser] = await Promise.all([startService({ world: { clock } }), openBrowser()])
  tenant = await signedTenant(herbarium)
  picture = await readyAsset(tenant, await sampleBytes('i.png'), 'i.png')
})
afterAll(async () => {
  await browser?.close()
  await herbarium?.close()
})

const open = async (path: string) => {
  watched = await openPage({ browser, origin: herbarium.origin, path, apiKey: tenant.apiKey })
  page = watched.page
}
afterEach(() => watched?.close())

const thumbnail = () => page.locator('.tile .thumbnail img')
const sourceOfThumbnail = async () => String(await propertyOf(thumbnail(), 'src'))

test('thumbnails are shown, and an asset in its panel, whose HTML has a URL as HTML has it', async () => {
  await open('/')
  await soon(() => propertyOf(thumbnail(), 'naturalWidth')).toBe(320)
  expect(await sourceOfThumbnail()).toMatch(/\?expires=\d+&signature=[\w.-]+&preset=thumb$/)
  await page.locator('.tile').click()
  const panel = page.getByRole('dialog')
  await soon(() => propertyOf(panel.locator('.viewer img'), 'naturalWidth')).toBe(640)
  await panel.getByText(/^This URL is good until/).waitFor()
  const { url } = await tenant.client.assets.retrieve(picture.assetId)
  await panel.getByRole('radio', { name: 'HTML' }).check()
  expect(await panel.locator('.snippet').innerText()).toContain(`src="${url?.replace('&', '&amp;')}"`)
  watched.expectQuiet()
})

test('a thumbnail whose URL has expired before it came into sight is asked for by a fresh one', async () => {
  await open('/projects')
  const asked: string[] = []
  await page.route('**/media/**', async route => {
    if (asked.length === 0) clock.advance(2 * 3_600_000)
    asked.push(route.request().url())
    await route.continue()
  })
  await page.goto(`${herbarium.origin}/`)
  await soon(() => propertyOf(thumbnail(), 'naturalWidth')).toBe(320)
  const [expired = '', fresh] = asked
  expect(await sourceOfThumbnail()).toBe(fresh)
  expect((await herbarium.fetch(expired)).status).toBe(403)
})
