// The page for everyone: axe finds nothing serious, nothing is wider than the screen, and each theme can be read.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openBrowser } from '../support/open-browser.ts'
import { give, openPage, soon, uploadOf } from '../support/open-page.ts'
import { readyAsset } from '../support/ready-asset.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

vi.setConfig({ testTimeout: 180_000 }) // a browser takes its time on a busy machine

let herbarium: RunningService
let browser: Browser
let assetId: string
beforeAll(async () => {
  ;[herbarium, browser] = await Promise.all([startService(), openBrowser()])
  const long = `${'A very long name of a picture that no tile can show '.repeat(3)}.png`
  assetId = (await readyAsset(herbarium, await sampleBytes('i.png'), long)).assetId
  await readyAsset(herbarium, await sampleBytes('three.pdf'), 'three.pdf')
  await herbarium.client.projects.assets.attachAsset(assetId, { projectId: herbarium.projectId })
})
afterAll(async () => {
  await browser?.close()
  await herbarium?.close()
})

interface Violation {
  id: string
  impact: string | null
  nodes: { html: string; failureSummary?: string }[]
}

/** Run by the browser's own tools, which the page's policy does not bind. */
async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(await axeSource)
  const found = (await page.evaluate(
    'axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations)',
  )) as Violation[] // what axe documents
  const serious = found.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(
    serious.map(({ id, nodes }) => [
      id,
      ...nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    ]),
  ).toEqual([])
}

/** Once per theme, with the layout of one width each; both have no more than fits. */
test.each([
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 360 },
] as const)(
  'in the $colorScheme theme every place is accessible, at $width pixels and no wider than any screen',
  async ({ colorScheme, width }) => {
    const { origin, apiKey } = herbarium
    const watched = await openPage({ browser, origin, colorScheme, reducedMotion: 'reduce' })
    const { page } = watched
    const look = async () => {
      for (const wide of [width, width === 360 ? 1280 : 360, width]) {
        await page.setViewportSize({ width: wide, height: 800 })
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(wide)
      }
      await expectAccessible(page)
    }
    await look()
    await page.getByLabel('API key').fill(apiKey)
    await page.keyboard.press('Enter')
    await soon(() => page.locator('.tile').count()).toBeGreaterThanOrEqual(2)
    await give(page, 'drop', [{ name: 'no.png', type: 'image/png', bytes: await sampleBytes('html.png') }])
    await soon(() => uploadOf(page, 'no.png').innerText()).toContain('text/html')
    await look()
    await page.getByRole('button', { name: 'Remove from the list: no.png' }).click()
    await page.goto(`${origin}/?asset=${assetId}`)
    await page.getByRole('button', { name: 'Delete…' }).click()
    await look()
    await page.goto(`${origin}/projects/${herbarium.projectId}`)
    await page.locator('.node').first().waitFor()
    await look()
    await page.goto(`${origin}/?query=nothing-like-this`)
    await page.getByText('Nothing matches').waitFor()
    await look()
    watched.expectQuiet()
    await watched.close()
  },
)

test('the theme is switched by hand and stays switched', async () => {
  const watched = await openPage({ browser, origin: herbarium.origin, colorScheme: 'dark' })
  const { page } = watched
  const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
  const dark = await paper()
  await page.getByRole('button', { name: 'Colours' }).click()
  await soon(paper).not.toBe(dark)
  const light = await paper()
  await page.reload()
  expect(await paper()).toBe(light)
  await watched.close()
})
