// The React example as a person uses it: built by Vite, its backend beside it, in Chromium.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { build, defaultClientConditions, preview } from 'vite'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../../service/test/support/free-port.ts'
import { openBrowser } from '../../service/test/support/open-browser.ts'
import { samplePath, wavOf } from '../../service/test/support/samples.ts'
import { REPOSITORY, temporaryFolder, watch } from '../../service/test/support/start-process.ts'
import { type RunningService, startService } from '../../service/test/support/start-service.ts'

vi.setConfig({ testTimeout: 60_000 }) // a browser takes its time on a busy machine

const MB = 1_000_000
const EXAMPLE = path.join(REPOSITORY, 'examples/react')

let herbarium: RunningService
let browser: Browser
let page: Page
let address: string
let largeFile: string
const closers: (() => unknown)[] = []
beforeAll(async () => {
  ;[herbarium, browser] = await Promise.all([startService(), openBrowser()])
  const folder = await temporaryFolder()
  largeFile = path.join(folder, 'long.wav')
  await writeFile(largeFile, wavOf(24 * MB, 3))
  const backendPort = await startBackend()
  address = await serveBuilt(path.join(folder, 'dist'), backendPort)
})
afterAll(async () => {
  await browser?.close()
  for (const close of closers) await close()
  await herbarium?.close()
})
beforeEach(async () => {
  page = await browser.newPage()
  onTestFinished(() => page.close())
  await page.goto(address)
})

async function startBackend(): Promise<number> {
  const port = await freePort()
  const environment = { FLORA_BASE_URL: `${herbarium.origin}/api/v1`, FLORA_API_KEY: herbarium.apiKey }
  const backend = watch(process.execPath, ['--conditions=herbarium-source', 'server.ts'], {
    cwd: EXAMPLE,
    env: { PATH: process.env.PATH, PORT: String(port), ...environment },
  })
  closers.push(() => backend.child.kill())
  await backend.saysOnStdout(/listens on port/)
  return port
}

/** What `npm run build` makes, with this test's addresses in it. */
async function serveBuilt(outDir: string, backendPort: number): Promise<string> {
  const shared = { root: EXAMPLE, logLevel: 'error', build: { outDir, emptyOutDir: true } } as const
  await build({
    ...shared,
    resolve: { conditions: ['herbarium-source', ...defaultClientConditions] },
    define: { 'import.meta.env.VITE_FLORA_BASE_URL': JSON.stringify(`${herbarium.origin}/api/v1`) },
  })
  const server = await preview({
    ...shared,
    preview: { port: 0, proxy: { '/api': `http://127.0.0.1:${backendPort}` } },
  })
  closers.push(() => server.close())
  return server.resolvedUrls?.local[0] ?? ''
}

const row = (name: string) => page.getByRole('listitem', { name })
const press = (name: string, button: string) => row(name).getByRole('button', { name: button }).click()
const choose = (...files: string[]) => page.setInputFiles('input[type=file]', files)

/** So slow that a person could press a button meanwhile. */
async function slowDown(bytesPerSecond: number): Promise<void> {
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  })
}

const sentBytes = async (name: string) => Number(await row(name).locator('progress').getAttribute('value'))

const saysReady = (name: string) =>
  row(name).getByRole('status').getByText('ready').waitFor({ timeout: 40_000 })

test('a picture and a sound are chosen and become ready; the picture is shown from its URL', async () => {
  await choose(samplePath('i.png'), samplePath('a.wav'))
  await Promise.all([saysReady('i.png'), saysReady('a.wav')])
  const width = () => page.evaluate(`document.querySelector('li img').naturalWidth`)
  await vi.waitFor(async () => expect(await width()).toBeGreaterThan(0))
  const { assets } = await herbarium.client.assets.list({ query: 'i.png' })
  expect(assets).toMatchObject([{ status: 'ready', folder: 'from-react', uploaded_via: 'signed_url' }])
  await press('i.png', 'Dismiss')
  await row('i.png').waitFor({ state: 'detached' })
})

test('a large sound is paused, resumed, interrupted by a reload, chosen again, and is one asset', async () => {
  await slowDown(4 * MB)
  await choose(largeFile)
  await vi.waitFor(async () => expect(await sentBytes('long.wav')).toBeGreaterThan(2 * MB), {
    timeout: 20_000,
  })
  await press('long.wav', 'Pause')
  const paused = await sentBytes('long.wav')
  await press('long.wav', 'Resume')
  await vi.waitFor(async () => expect(await sentBytes('long.wav')).toBeGreaterThan(paused), {
    timeout: 20_000,
  })
  await page.reload()
  await choose(largeFile)
  await vi.waitFor(async () => expect(await sentBytes('long.wav')).toBeGreaterThan(paused), {
    timeout: 20_000,
  })
  await slowDown(-1)
  await saysReady('long.wav')
  const { assets } = await herbarium.client.assets.list({ query: 'long.wav' })
  expect(assets).toMatchObject([{ status: 'ready', size_bytes: 24 * MB }])
})

test('what is no medium says why, and can be dropped', async () => {
  await choose(samplePath('html.png'))
  await row('html.png').getByRole('button', { name: 'Retry' }).waitFor()
  const { assets } = await herbarium.client.assets.list({ query: 'html.png' })
  const { failure_message } = await herbarium.client.assets.retrieve(assets[0]?.asset_id ?? '')
  expect(await row('html.png').getByRole('status').textContent()).toBe(failure_message)
  await press('html.png', 'Cancel')
  await row('html.png').waitFor({ state: 'detached' })
})
