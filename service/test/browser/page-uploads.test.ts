// Uploads on the page: dropped, pasted and chosen; watched, paused, left and gone on with.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openBrowser } from '../support/open-browser.ts'
import {
  give,
  openPage,
  propertyOf,
  slowUplink,
  soon,
  uploadOf,
  type WatchedPage,
} from '../support/open-page.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'

const MB = 1_000_000

vi.setConfig({ testTimeout: 120_000 }) // a browser takes its time on a busy machine

let herbarium: RunningService
let browser: Browser
let watched: WatchedPage
let page: Page
let folder: string
beforeAll(async () => {
  ;[herbarium, browser, folder] = await Promise.all([
    startService(),
    openBrowser(),
    mkdtemp(path.join(tmpdir(), 'herbarium-chosen-')),
  ])
})
afterAll(async () => {
  await browser?.close()
  await herbarium?.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  watched = await openPage({ browser, origin: herbarium.origin, apiKey: herbarium.apiKey })
  page = watched.page
})
afterEach(() => watched?.close())

async function assetsNamed(name: string) {
  const { assets } = await herbarium.client.assets.list({ query: name })
  return assets
}

async function chosenFile(name: string, bytes: Buffer): Promise<string> {
  const file = path.join(folder, name)
  await writeFile(file, bytes)
  return file
}

const share = (name: string) => propertyOf(uploadOf(page, name).locator('progress'), 'value')

test('three files are dropped: two become assets on the grid, the one that lies about its type says why not', async () => {
  await give(page, 'drop', [
    { name: 'leaf.png', type: 'image/png', bytes: await sampleBytes('i.png') },
    { name: 'page.png', type: 'image/png', bytes: await sampleBytes('html.png') },
    { name: 'wind.mp3', type: 'audio/mpeg', bytes: await sampleBytes('a.mp3') },
  ])
  await soon(() => uploadOf(page, 'leaf.png').innerText()).toContain('ready')
  await soon(() => uploadOf(page, 'wind.mp3').innerText()).toContain('ready')
  await soon(() => uploadOf(page, 'page.png').innerText()).toContain("The file's bytes are text/html")
  await soon(() => page.locator('.tile').count()).toBe(3)
  expect(await page.locator('.tile.failed').count()).toBe(1)
  await uploadOf(page, 'leaf.png').getByRole('link').click()
  await page.getByRole('dialog').getByText('640 × 480').waitFor()
  watched.expectQuiet()
})

test('a picture is pasted into the folder and the project that the view shows', async () => {
  await page.goto(`${herbarium.origin}/?project=${herbarium.projectId}&folder=plates`)
  await page.getByText('Nothing matches').waitFor()
  await give(page, 'paste', [{ name: 'pasted.png', type: 'image/png', bytes: await sampleBytes('i.png') }])
  await soon(() => page.locator('.tile').count()).toBe(1)
  const [asset] = await assetsNamed('pasted')
  expect(asset).toMatchObject({ folder: 'plates', project_id: herbarium.projectId, status: 'ready' })
  watched.expectQuiet()
})

test('a large file shows how far it is, is paused and resumed, and is sent once', async () => {
  const quicken = await slowUplink(page, MB)
  await page.setInputFiles('input[type=file][multiple]', await chosenFile('long.wav', wavOf(10 * MB, 1)))
  await soon(() => share('long.wav')).toBeGreaterThan(0.05)
  expect(await share('long.wav')).toBeLessThan(1)
  await page.getByRole('button', { name: 'Pause: long.wav' }).click()
  await soon(() => uploadOf(page, 'long.wav').innerText()).toContain('Paused at')
  await quicken()
  await page.getByRole('button', { name: 'Resume: long.wav' }).click()
  await soon(() => uploadOf(page, 'long.wav').innerText()).toContain('ready')
  expect(await assetsNamed('long.wav')).toMatchObject([
    { status: 'ready', size_bytes: wavOf(10 * MB, 1).length },
  ])
  watched.expectQuiet()
})

test('an upload that is given up leaves no asset behind', async () => {
  await slowUplink(page, MB)
  await page.setInputFiles('input[type=file][multiple]', await chosenFile('regret.wav', wavOf(10 * MB, 2)))
  await soon(() => share('regret.wav')).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Cancel: regret.wav' }).click()
  await soon(() => uploadOf(page, 'regret.wav').count()).toBe(0)
  await soon(() => assetsNamed('regret')).toEqual([])
})

test('a page that is loaded anew in mid-upload asks for the file again, refuses another, and goes on where it was', async () => {
  const quicken = await slowUplink(page, MB)
  const bytes = wavOf(10 * MB, 3)
  const file = await chosenFile('left.wav', bytes)
  await page.setInputFiles('input[type=file][multiple]', file)
  await soon(() => share('left.wav')).toBeGreaterThan(0.05)
  const shown = Number(await share('left.wav')) * bytes.length
  await page.reload()
  await quicken()
  const line = uploadOf(page, 'left.wav')
  await soon(() => line.innerText()).toContain('The browser has forgotten the file.')
  await line.locator('input[type=file]').setInputFiles(await chosenFile('other.wav', wavOf(2 * MB, 4)))
  await soon(() => line.innerText()).toContain('That is another file')
  const sent: number[] = []
  page.on('request', request => {
    if (request.method() === 'PATCH') sent.push(Number(request.headers()['upload-offset']))
  })
  await line.locator('input[type=file]').setInputFiles(file)
  await soon(() => line.innerText()).toContain('ready')
  expect(sent[0]).toBeGreaterThanOrEqual(Math.round(shown))
  const assets = await assetsNamed('left.wav')
  expect(assets).toMatchObject([{ status: 'ready', size_bytes: bytes.length }])
  const served = await herbarium.fetch(assets[0]?.url ?? '')
  expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true)
})

test('an asset that still waits for its file is given it from its panel', async () => {
  const { asset_id } = await reserve(herbarium, { file_name: 'awaited.png' })
  await page.goto(`${herbarium.origin}/?asset=${asset_id}`)
  const panel = page.getByRole('dialog')
  await panel.getByRole('button', { name: 'Send its file' }).waitFor()
  const file = await chosenFile('awaited.png', await sampleBytes('i.png'))
  await panel.locator('input[type=file]').setInputFiles(file)
  await panel.getByText('640 × 480').waitFor()
  expect(await assetsNamed('awaited')).toMatchObject([{ asset_id, status: 'ready' }])
  watched.expectQuiet()
})
