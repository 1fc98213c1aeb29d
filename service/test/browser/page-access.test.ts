// The page for everyone: axe finds nothing serious, nothing is wider than the screen, and each theme can be read.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/open-browser.ts'
import { give, openPage, soon, uploadOf } from '../support/open-page.ts'
import { readyAsset } from '../support/ready-asset.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

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

const expectNoSidewaysScroll = async (page: Page, width: number) =>
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)

describe.each(['light', 'dark'] as const)('in the %s theme', colorScheme => {
  test.each([360, 1280])(
    'at a width of %i, every place is accessible and as wide as the screen',
    async width => {
      const watched = await openPage({
        browser,
        origin: herbarium.origin,
        colorScheme,
        viewport: { width, height: 800 },
        reducedMotion: 'reduce',
      })
      const { page } = watched
      const look = async () => {
        await expectNoSidewaysScroll(page, width)
        await expectAccessible(page)
      }
      try {
        await look()
        await page.getByLabel('API key').fill(herbarium.apiKey)
        await page.keyboard.press('Enter')
        await soon(() => page.locator('.tile').count()).toBeGreaterThanOrEqual(2)
        await give(page, 'drop', [
          { name: 'no.png', type: 'image/png', bytes: await sampleBytes('html.png') },
        ])
        await soon(() => uploadOf(page, 'no.png').innerText()).toContain('text/html')
        await look()
        await page.getByRole('button', { name: 'Remove from the list: no.png' }).click()
        await page.goto(`${herbarium.origin}/?asset=${assetId}`)
        await page.getByRole('button', { name: 'Delete…' }).click()
        await look()
        await page.goto(`${herbarium.origin}/projects/${herbarium.projectId}`)
        await page.locator('.node').first().waitFor()
        await look()
        await page.goto(`${herbarium.origin}/?query=nothing-like-this`)
        await page.getByText('Nothing matches').waitFor()
        await look()
        watched.expectQuiet()
      } finally {
        await watched.close()
      }
    },
  )
})

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
