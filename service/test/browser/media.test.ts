// Media in a real browser: opened directly, and used by pages of other origins.
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openBrowser } from '../support/open-browser.ts'
import { type OtherOrigin, openOtherOrigin } from '../support/other-origin.ts'
import { type ReadySample, readyAsset } from '../support/ready-asset.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'

let herbarium: RunningService
let browser: Browser
let other: OtherOrigin
let page: Page
beforeAll(async () => {
  ;[herbarium, browser, other] = await Promise.all([startService(), openBrowser(), openOtherOrigin()])
})
afterAll(async () => {
  await browser?.close()
  await other?.close()
  await herbarium?.close()
})
beforeEach(async () => {
  page = await browser.newPage()
})
afterEach(() => page.close())

const ready = async (name: string): Promise<ReadySample> =>
  readyAsset(herbarium, await sampleBytes(name), name)

/** A page of the other origin; its script leaves its outcome in `window.outcome`. */
const otherPage = (name: string, body: string): string =>
  other.add(name, `<!doctype html><body>${body}</body>`, { 'content-type': 'text/html; charset=utf-8' })

async function outcomeOf(url: string): Promise<unknown> {
  await page.goto(url)
  return vi.waitFor(async () => {
    const outcome = await page.evaluate('window.outcome')
    expect(outcome).toBeDefined()
    return outcome
  }, 10_000)
}

describe('opened directly', () => {
  test.each(['i.png', 'i.jpg', 'i.webp', 'i.avif', 'anim.gif'])('%s is shown in its own size', async name => {
    const { url, assetId } = await ready(name)
    const { width, height } = await herbarium.client.assets.retrieve(assetId)
    await page.goto(url)
    const shown = await page.evaluate(
      '(({naturalWidth, naturalHeight}) => [naturalWidth, naturalHeight])(document.images[0])',
    )
    expect(shown).toEqual([width, height])
    expect(width).toBeGreaterThan(0)
  })

  test.each([
    { name: 'v.mp4', seconds: 2, width: 640 },
    { name: 'v.webm', seconds: 2, width: 640 },
    { name: 'a.mp3', seconds: 3, width: 0 },
    { name: 'a.wav', seconds: 3, width: 0 },
    { name: 'a.ogg', seconds: 3, width: 0 },
  ])('$name plays, and can be wound forward', async ({ name, seconds, width }) => {
    const { url } = await ready(name)
    await page.goto(url)
    const fact = (expression: string) => page.evaluate(`document.querySelector('video').${expression}`)
    await vi.waitFor(async () => expect(await fact('readyState')).toBe(4), 10_000)
    expect(Math.round(Number(await fact('duration')))).toBe(seconds)
    expect(await fact('videoWidth')).toBe(width)
    await fact('play()')
    await vi.waitFor(async () => expect(await fact('currentTime')).toBeGreaterThan(0.05), 10_000)
    await fact('pause()')
    await fact(`currentTime = ${seconds - 0.5}`)
    await vi.waitFor(async () => expect(await fact('seeking')).toBe(false), 10_000)
    expect(await fact('currentTime')).toBeCloseTo(seconds - 0.5, 1)
    expect(await fact('error')).toBeNull()
  })

  test('a PDF opens in the viewer, or is saved under its name where the browser has none', async () => {
    const { url, bytes } = await ready('three.pdf')
    const downloading = page.waitForEvent('download', { timeout: 10_000 }).catch(() => undefined)
    const answer = await page.goto(url).catch(() => null)
    if (answer !== null) {
      expect(answer.headers()['content-type']).toBe('application/pdf')
      const viewer = expect.stringMatching(/^chrome-extension:\/\/\w+\/index\.html$/)
      await vi.waitFor(() => expect(page.frames().map(frame => frame.url())).toContainEqual(viewer), 10_000)
      return
    }
    const download = await downloading
    expect(download?.suggestedFilename()).toBe('three.pdf')
    expect((await readFile((await download?.path()) ?? '')).equals(bytes)).toBe(true)
  })

  test('?download saves a picture under its name instead of showing it', async () => {
    const { url, bytes } = await readyAsset(herbarium, await sampleBytes('i.png'), 'Señor "花".png')
    const downloading = page.waitForEvent('download')
    await page.goto(`${url}?download`).catch(() => null)
    const download = await downloading
    expect(download.suggestedFilename()).toMatch(/^Señor .花.\.png$/)
    expect((await readFile(await download.path())).equals(bytes)).toBe(true)
  })
})

describe('a picture that is also a page with a script', () => {
  let alerts: string[]
  beforeEach(() => {
    alerts = []
    page.on('dialog', dialog => {
      alerts.push(dialog.message())
      void dialog.dismiss()
    })
  })

  test('would run its script where it is served carelessly', async () => {
    const url = other.add('careless', await sampleBytes('poly.jpg'), { 'content-type': 'text/html' })
    await page.goto(url)
    await vi.waitFor(() => expect(alerts).toEqual(['1']), 10_000)
  })

  test('runs none at its url: opened directly, in a frame or as a script it is a picture', async () => {
    const { url } = await ready('poly.jpg')
    await page.goto(url)
    expect(await page.evaluate('document.images[0].naturalWidth')).toBe(640)
    const embedding = otherPage(
      'embedding.html',
      `<iframe src="${url}"></iframe><object data="${url}"></object><embed src="${url}">
       <script src="${url}" onerror="window.outcome = 'refused'" onload="window.outcome = 'ran'"></script>`,
    )
    expect(await outcomeOf(embedding)).toBe('refused')
    await vi.waitFor(() => expect(page.frames().map(frame => frame.url())).toContain(url), 10_000)
    expect(alerts).toEqual([])
  })
})

describe('a page of another origin', () => {
  const READ_PIXEL = `
    const picture = new Image()
    picture.crossOrigin = 'anonymous'
    picture.onerror = () => { window.outcome = 'not loaded' }
    picture.onload = () => {
      const canvas = document.createElement('canvas')
      canvas.width = picture.naturalWidth
      canvas.height = picture.naturalHeight
      const context = canvas.getContext('2d')
      context.drawImage(picture, 0, 0)
      window.outcome = [canvas.width, canvas.height, ...context.getImageData(canvas.width / 2 + 20, 100, 1, 1).data]
    }`

  test('draws a picture on a canvas and reads its pixels back', async () => {
    const { url } = await ready('i.png')
    const script = `<script>${READ_PIXEL}; picture.src = '${url}'</script>`
    expect(await outcomeOf(otherPage('canvas.html', script))).toEqual([640, 480, 0, 0, 254, 255])
  })

  test('could not do so if the browser or the server did not allow it', async () => {
    const elsewhere = await openOtherOrigin()
    const url = elsewhere.add('i.png', await sampleBytes('i.png'), { 'content-type': 'image/png' })
    const script = `<script>${READ_PIXEL}; picture.src = '${url}'</script>`
    expect(await outcomeOf(otherPage('refused.html', script))).toBe('not loaded')
    await elsewhere.close()
  })

  test('reads a range with its headers by fetch', async () => {
    const { url, bytes } = await ready('i.png')
    const script = `<script>
      fetch('${url}', { headers: { range: 'bytes=0-9' } }).then(async response => {
        const body = await response.arrayBuffer()
        window.outcome = [response.status, body.byteLength, response.headers.get('content-range'), response.headers.get('etag')]
      })</script>`
    const outcome = await outcomeOf(otherPage('range.html', script))
    expect(outcome).toEqual([206, 10, `bytes 0-9/${bytes.length}`, expect.stringMatching(/^"[0-9a-f]{64}"$/)])
  })
})
