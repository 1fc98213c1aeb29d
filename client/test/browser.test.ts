// A page of another origin that has no API key: its backend reserves, the token in the reservation does the rest.
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { bundle } from '../../service/test/support/bundle.ts'
import { openBrowser } from '../../service/test/support/open-browser.ts'
import { type OtherOrigin, openOtherOrigin } from '../../service/test/support/other-origin.ts'
import { outcomeOn } from '../../service/test/support/page-outcome.ts'
import { wavOf } from '../../service/test/support/samples.ts'
import {
  expectServedBy,
  type ServerBehindProxy,
  startServerBehindProxy,
} from '../../service/test/support/start-server-behind-proxy.ts'
import { createClient, type Reservation } from '../src/index.ts'

vi.setConfig({ testTimeout: 60_000 }) // a browser takes its time on a busy machine

const MB = 1_000_000
const wav = wavOf(24 * MB, 7)

let browser: Browser
let other: OtherOrigin
let herbarium: ServerBehindProxy
let page: Page
/** What the backend was asked for in this page's life, and gave. */
let reserved: Reservation[]
beforeAll(async () => {
  const [script] = await Promise.all([
    bundle(`export * from '@herbarium/client'`, 'client'),
    openOtherOrigin().then(opened => {
      other = opened
    }),
    openBrowser().then(opened => {
      browser = opened
    }),
    startServerBehindProxy({ everyBytes: 10 * MB, serverSees: 'end' }).then(started => {
      herbarium = started
    }),
  ])
  other.add('client.js', script, { 'content-type': 'text/javascript; charset=utf-8' })
  other.add('take.wav', wav, { 'content-type': 'audio/wav' })
  other.add('short.wav', wavOf(100_000), { 'content-type': 'audio/wav' })
})
afterAll(async () => {
  await browser?.close()
  await herbarium?.close()
  await other?.close()
})
beforeEach(async () => {
  page = await browser.newPage() // with a context, and so a localStorage, of its own
  reserved = []
  const backend = createClient({ baseUrl: `${herbarium.proxy.origin}/api/v1`, apiKey: herbarium.apiKey })
  await page.exposeFunction('reserve', async (said: { name: string; size: number }) => {
    const reservation = await backend.reserve(said)
    reserved.push(reservation)
    return reservation
  })
})
afterEach(() => page?.close())

/** The file comes from the page's own origin, as one that a person chose would come from the disk. */
const pageWith = (script: string): string => {
  const html = `<!doctype html><script src="client.js"></script><script>
    const chosen = async name =>
      new File([await (await fetch(name)).blob()], name, { type: 'audio/wav', lastModified: 1 })
    const herbarium = client.createClient({ baseUrl: '${herbarium.proxy.origin}/api/v1' })
    const reservation = file => () => window.reserve({ name: file.name, size: file.size })
    const progress = []
    const onProgress = said => progress.push(said)
    const run = async () => { ${script} }
    run().then(outcome => { window.outcome = outcome }, error => { window.outcome = { ...error, message: error.message } })
  </script>`
  return other.add('upload.html', html, { 'content-type': 'text/html; charset=utf-8' })
}

const outcome = () => outcomeOn(page)

const remembered = () => page.evaluate('Object.keys(localStorage).length')

test('a large file comes whole over a network that breaks, with progress, and nothing is remembered of it', async () => {
  await page.goto(
    pageWith(`
    const file = await chosen('take.wav')
    return herbarium.upload(file, { reservation: reservation(file), onProgress })`),
  )
  const [{ asset_id }] = [await outcome()] as [{ asset_id: string }]
  expect(herbarium.proxy.cuts()).toBeGreaterThanOrEqual(2)
  const told = (await page.evaluate('progress')) as { phase: string; sentBytes: number }[]
  expect([...new Set(told.map(({ phase }) => phase))]).toEqual(['reserving', 'sending', 'verifying', 'ready'])
  expect(new Set(told.map(({ sentBytes }) => sentBytes)).size).toBeGreaterThan(5)
  expect(await remembered()).toBe(0)
  await expectServedBy(herbarium, asset_id, wav)
})

test('a small file goes by its form, the page sees the ready asset, and what was left long ago is forgotten', async () => {
  herbarium.proxy.heal()
  await page.goto(
    pageWith(`
    localStorage.setItem('herbarium:old', JSON.stringify({ expires_at: '2020-01-01T00:00:00.000Z' }))
    const file = await chosen('short.wav')
    return herbarium.upload(file, { reservation: reservation(file) })`),
  )
  expect(await outcome()).toMatchObject({
    asset_id: reserved[0]?.asset_id,
    status: 'ready',
    name: 'short.wav',
  })
  expect(await remembered()).toBe(0)
})

test('a page that is loaded anew in mid-upload goes on where it was, without asking its backend again', async () => {
  herbarium.proxy.heal()
  const url = pageWith(`
    const file = await chosen('take.wav')
    return herbarium.upload(file, {
      reservation: reservation(file),
      onProgress: said => { progress.push(said); window.sentBytes = said.sentBytes },
    })`)
  await page.goto(url)
  await vi.waitFor(async () => expect(await page.evaluate('window.sentBytes')).toBeGreaterThan(2 * MB), {
    timeout: 30_000,
    interval: 5,
  })
  expect(await remembered()).toBe(1)
  await page.reload()
  const asset = (await outcome()) as { asset_id: string }
  const [first] = (await page.evaluate(`progress.filter(({ phase }) => phase === 'sending')`)) as {
    sentBytes: number
  }[]
  expect(first?.sentBytes).toBeGreaterThan(2 * MB)
  expect(reserved.map(({ asset_id }) => asset_id)).toEqual([asset.asset_id])
  expect(await remembered()).toBe(0)
  await expectServedBy(herbarium, asset.asset_id, wav)
})

test('a page that gives up leaves a dead URL and remembers nothing', async () => {
  herbarium.proxy.heal()
  await page.goto(
    pageWith(`
    const file = await chosen('take.wav')
    const controller = new AbortController()
    return herbarium.upload(file, {
      reservation: reservation(file),
      signal: controller.signal,
      onProgress: ({ sentBytes }) => sentBytes > ${5 * MB} && controller.abort(),
    })`),
  )
  expect(await outcome()).toMatchObject({ code: 'aborted', assetId: reserved[0]?.asset_id })
  expect(await remembered()).toBe(0)
  const url = reserved[0]?.upload_url ?? ''
  expect((await fetch(url, { method: 'HEAD', headers: { 'tus-resumable': '1.0.0' } })).status).toBe(403)
})
