// The page while others work: what they do is seen without a reload, and a connection that is lost is found again.
import { createClient } from '@herbarium/client'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { openBrowser } from '../support/open-browser.ts'
import { openPage, propertyOf, soon, type WatchedPage } from '../support/open-page.ts'
import { readyAsset } from '../support/ready-asset.ts'
import { sampleBytes } from '../support/samples.ts'
import { startCuttingProxy } from '../support/start-cutting-proxy.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'

vi.setConfig({ testTimeout: 120_000 }) // a browser takes its time on a busy machine

let herbarium: RunningService
let browser: Browser
/** Nobody else works in it. */
let tenant: Tenant
let watched: WatchedPage
let page: Page
beforeAll(async () => {
  ;[herbarium, browser] = await Promise.all([startService(), openBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await herbarium?.close()
})
beforeEach(async () => {
  tenant = await herbarium.newTenant()
})
afterEach(() => watched?.close())

async function open(path = '/', origin = herbarium.origin): Promise<void> {
  watched = await openPage({ browser, origin, path, apiKey: tenant.apiKey })
  page = watched.page
}

const clientOf = ({ apiKey }: Tenant) => createClient({ baseUrl: `${herbarium.origin}/api/v1`, apiKey })

const store = async (name: string, sample = 'i.png') =>
  clientOf(tenant).upload(new File([new Uint8Array(await sampleBytes(sample))], name))

const tiles = (kind = '') => page.locator(`.tile${kind}`)

test('an asset comes, becomes ready, fails and goes while the list is looked at', async () => {
  await open()
  await page.getByText('No specimens yet').waitFor()
  const reservation = await clientOf(tenant).reserve({ name: 'fern.png' })
  await soon(() => tiles('.pending_upload').count()).toBe(1)
  const bytes = new Uint8Array(await sampleBytes('i.png'))
  const asset = await clientOf(tenant).upload(new File([bytes], 'fern.png'), { reservation })
  await soon(() => tiles('.ready').innerText()).toContain('640 × 480')
  await expect(store('moss.png', 'html.png')).rejects.toMatchObject({ code: 'failed_verification' })
  await soon(() => tiles('.failed').count()).toBe(1)
  await page.getByText('2 assets').waitFor()
  watched.expectQuiet()
  await clientOf(tenant).delete(asset.asset_id)
  await soon(() => tiles().count()).toBe(1)
  await page.getByText('1 asset').waitFor()
})

test('what no longer fits the filter leaves the list', async () => {
  const reservation = await clientOf(tenant).reserve({ name: 'fern.png' })
  await open('/?status=pending_upload')
  await soon(() => tiles().count()).toBe(1)
  const bytes = new Uint8Array(await sampleBytes('i.png'))
  await clientOf(tenant).upload(new File([bytes], 'fern.png'), { reservation })
  await page.getByText('Nothing matches').waitFor()
})

test('an open panel shows the picture once it is there, and says so when the asset is deleted', async () => {
  const reservation = await clientOf(tenant).reserve({ name: 'fern.png' })
  await open(`/?asset=${reservation.asset_id}`)
  const panel = page.getByRole('dialog')
  await panel.getByRole('button', { name: 'Send its file' }).waitFor()
  const bytes = new Uint8Array(await sampleBytes('i.png'))
  await clientOf(tenant).upload(new File([bytes], 'fern.png'), { reservation })
  await soon(() => propertyOf(panel.locator('.viewer img'), 'naturalWidth')).toBe(640)
  watched.expectQuiet()
  await clientOf(tenant).delete(reservation.asset_id)
  await panel.getByText('No such asset').waitFor()
})

test('what is put on a canvas is seen on it', async () => {
  const { assetId } = await readyAsset(herbarium, await sampleBytes('i.png'), 'fern.png')
  watched = await openPage({
    browser,
    origin: herbarium.origin,
    path: `/projects/${herbarium.projectId}`,
    apiKey: herbarium.apiKey,
  })
  page = watched.page
  await page.getByText('An empty canvas').waitFor()
  await clientOf(herbarium).attach(herbarium.projectId, assetId)
  await soon(() => page.locator('.canvas .node').count()).toBe(1)
})

test('many at once are looked at together, and the tile with the focus keeps it', async () => {
  await store('first.png')
  await open()
  await tiles().first().focus()
  let lists = 0
  page.on('request', request => {
    if (new URL(request.url()).pathname === '/api/v1/assets') lists += 1
  })
  const began = performance.now()
  await Promise.all(Array.from({ length: 30 }, (_, n) => store(`leaf ${n}.png`)))
  await soon(() => page.getByText('31 assets').count()).toBe(1)
  await soon(() => tiles(':not(.ready)').count()).toBe(0) // of those that are drawn
  expect(lists).toBeLessThan((performance.now() - began) / 1_000 + 3)
  expect(await page.evaluate('document.activeElement.title')).toBe('first.png')
  await page.keyboard.press('ArrowLeft')
  expect(await page.evaluate('document.activeElement.title')).toMatch(/^leaf /)
})

test('an asset far below the first page of the list is followed too', async () => {
  const reservation = await clientOf(tenant).reserve({ name: 'oldest.png' })
  await Promise.all(Array.from({ length: 110 }, () => clientOf(tenant).reserve()))
  await open()
  const oldest = page.locator(`[data-asset="${reservation.asset_id}"]`)
  await soon(async () => {
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    return oldest.count()
  }).toBe(1)
  expect(await oldest.innerText()).toContain('Waiting for its file')
  const bytes = new Uint8Array(await sampleBytes('i.png'))
  const asset = await clientOf(tenant).upload(new File([bytes], 'oldest.png'), { reservation })
  await soon(() => oldest.innerText()).toContain('640 × 480')
  await clientOf(tenant).delete(asset.asset_id)
  await soon(() => oldest.count()).toBe(0)
  await page.getByText('110 assets').waitFor()
})

test('a connection that is lost is said to be, and once it is back what was missed is there', async () => {
  const proxy = await startCuttingProxy(Number(new URL(herbarium.origin).port), {
    everyBytes: Number.POSITIVE_INFINITY,
    serverSees: 'end',
  })
  onTestFinished(() => proxy.close())
  await store('before.png')
  await open('/', proxy.origin)
  await soon(() => tiles().count()).toBe(1)
  await store('live.png')
  await soon(() => tiles().count()).toBe(2)
  await page.context().setOffline(true)
  proxy.breakAll()
  await page.getByText('Reconnecting…').waitFor()
  await store('missed.png')
  expect(await tiles().count()).toBe(2)
  await page.context().setOffline(false)
  await soon(() => tiles().count()).toBe(3)
  await soon(() => page.getByText('Reconnecting…').count()).toBe(0)
})

test('a page that is not seen has no connection open, and catches up when it is seen again', async () => {
  await open()
  await page.getByText('No specimens yet').waitFor()
  await store('seen.png')
  await soon(() => tiles().count()).toBe(1)
  const ended = page.waitForEvent('requestfailed', request => request.url().endsWith('/events/stream'))
  await show(false)
  await ended
  await store('unseen.png')
  await page.waitForTimeout(500)
  expect(await tiles().count()).toBe(1)
  await show(true)
  await soon(() => tiles().count()).toBe(2)
})

/** As a browser does with a tab that is left and come back to. */
const show = (isShown: boolean) =>
  page.evaluate(`(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: ${!isShown} })
    document.dispatchEvent(new Event('visibilitychange'))
  })()`)
