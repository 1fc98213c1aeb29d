// The recipe for Uppy in docs/uploads.md, as it stands there, on a page in Chromium.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { bundle } from '../../service/test/support/bundle.ts'
import { openBrowser } from '../../service/test/support/open-browser.ts'
import { type OtherOrigin, openOtherOrigin } from '../../service/test/support/other-origin.ts'
import { sampleBytes, wavOf } from '../../service/test/support/samples.ts'
import { REPOSITORY } from '../../service/test/support/start-process.ts'
import { type RunningService, startService } from '../../service/test/support/start-service.ts'
import { createClient } from '../src/index.ts'

vi.setConfig({ testTimeout: 60_000 }) // a browser takes its time on a busy machine

let herbarium: RunningService
let browser: Browser
let other: OtherOrigin
let page: Page
beforeAll(async () => {
  ;[herbarium, browser, other] = await Promise.all([startService(), openBrowser(), openOtherOrigin()])
  const script = await bundle(`${await recipe()}\nexport { uppy }`, 'recipe')
  other.add('recipe.js', script, { 'content-type': 'text/javascript; charset=utf-8' })
  other.add('sound', wavOf(9_000_000, 1), {})
  other.add('html', await sampleBytes('html.png'), {})
  other.add('page.html', '<!doctype html><script src="recipe.js"></script>', { 'content-type': 'text/html' })
})
afterAll(async () => {
  await browser?.close()
  await other?.close()
  await herbarium?.close()
})
beforeEach(async () => {
  page = await browser.newPage()
  onTestFinished(() => page.close())
})

async function recipe(): Promise<string> {
  const text = await readFile(path.join(REPOSITORY, 'docs/uploads.md'), 'utf8')
  const [, code] = /## With Uppy\n[^`]*```js\n([^`]*)```/.exec(text) ?? []
  if (!code?.includes('https://media.example.com')) throw new Error('docs/uploads.md has no such recipe')
  return code.replace('https://media.example.com', herbarium.origin)
}

/** Uploads what the page's origin serves under these names; answers what Uppy says of each. */
async function uploaded(...names: string[]): Promise<{ name: string; url?: string; error?: string }[]> {
  await page.goto(`${other.origin}/page.html`)
  return (await page.evaluate(`(async () => {
    const { uppy } = recipe
    for (const name of ${JSON.stringify(names)})
      uppy.addFile({ name, type: '', data: await (await fetch(name)).blob() })
    const { successful, failed } = await uppy.upload()
    return [...successful, ...failed].map(({ name, meta, error }) => ({ name, url: meta.url, error: error?.details ?? error }))
  })()`)) as { name: string; url?: string; error?: string }[] // as the script above makes them
}

test('each file gets its own reservation, is sent and judged: one is ready, the other failed and says why', async () => {
  const backend = createClient({ baseUrl: `${herbarium.origin}/api/v1`, apiKey: herbarium.apiKey })
  await page.exposeFunction('reserve', ({ name, size }: { name: string; size: number }) =>
    backend.reserve({ name, size }),
  )
  const [sound, html] = await uploaded('sound', 'html')
  const assets = []
  for await (const asset of backend.list()) assets.push(asset)
  expect(assets.map(({ name, status }) => [name, status]).toSorted()).toEqual([
    ['html', 'failed'],
    ['sound', 'ready'],
  ])
  expect(sound).toEqual({ name: 'sound', url: assets.find(({ name }) => name === 'sound')?.url })
  const refused = assets.find(({ name }) => name === 'html')
  const { failure_message } = await backend.get(refused?.asset_id ?? '')
  expect(html).toMatchObject({ name: 'html', error: failure_message })
})

test('a file that the backend will not reserve for fails alone', async () => {
  const backend = createClient({ baseUrl: `${herbarium.origin}/api/v1`, apiKey: herbarium.apiKey })
  await page.exposeFunction('reserve', async ({ name }: { name: string }) => {
    if (name === 'html') throw new Error('not this one')
    return backend.reserve({ name })
  })
  const [sound, html] = await uploaded('sound', 'html')
  expect(sound?.url).toMatch(/^http/)
  expect(html?.error).toContain('not this one')
})
