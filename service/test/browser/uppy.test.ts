// Uppy and tus-js-client on a page of another origin, over a network that breaks every 3 MB.
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { bundle } from '../support/bundle.ts'
import { openBrowser } from '../support/open-browser.ts'
import { type OtherOrigin, openOtherOrigin } from '../support/other-origin.ts'
import { outcomeOn } from '../support/page-outcome.ts'
import { reserve } from '../support/reserve.ts'
import { wavOf } from '../support/samples.ts'
import {
  expectServedBy,
  type ServerBehindProxy,
  startServerBehindProxy,
} from '../support/start-server-behind-proxy.ts'
import { tusHead } from '../support/tus.ts'
import { type Exchange, expectNothingAcknowledgedTwice } from '../support/tus-client.ts'

vi.setConfig({ testTimeout: 60_000 }) // a browser takes its time on a busy machine

const MB = 1_000_000
const wav = wavOf(10 * MB, 7)
const CLIENTS = `
  export { Uppy } from '@uppy/core'
  export { default as Tus } from '@uppy/tus'
  export { Upload } from 'tus-js-client'`

let browser: Browser
let other: OtherOrigin
let herbarium: ServerBehindProxy
let page: Page
beforeAll(async () => {
  const [script] = await Promise.all([
    bundle(CLIENTS, 'clients'),
    openOtherOrigin().then(opened => {
      other = opened
    }),
    openBrowser().then(opened => {
      browser = opened
    }),
  ])
  other.add('clients.js', script, { 'content-type': 'text/javascript; charset=utf-8' })
  other.add('take.wav', wav, { 'content-type': 'audio/wav' })
})
afterAll(async () => {
  await browser?.close()
  await other?.close()
})
beforeEach(async () => {
  herbarium = await startServerBehindProxy({ everyBytes: 3 * MB, serverSees: 'end' })
  page = await browser.newPage()
})
afterEach(async () => {
  await page?.close()
  await herbarium?.close()
})

/**
 * The file comes from the page's own origin, as one that a person chose would come from the disk. The page keeps what
 * was asked and answered in `exchanges`.
 */
const pageWith = (script: string): string => {
  const html = `<!doctype html><script src="clients.js"></script><script>
    const chosen = async () =>
      new File([await (await fetch('take.wav')).blob()], 'take.wav', { type: 'audio/wav', lastModified: 1 })
    const numberIn = text => text ? Number(text) : null
    const exchanges = []
    const options = {
      retryDelays: Array.from({ length: 50 }, () => 100),
      onBeforeRequest: request => {
        exchanges.push({ method: request.getMethod(), from: numberIn(request.getHeader('Upload-Offset')), status: null, at: null })
      },
      onAfterResponse: (request, response) => {
        const [status, at] = [response.getStatus(), numberIn(response.getHeader('Upload-Offset'))]
        Object.assign(exchanges.findLast(({ method }) => method === request.getMethod()), { status, at })
      },
    }
    const run = async () => { ${script} }
    run().then(outcome => { window.outcome = outcome }, error => { window.outcome = String(error) })
  </script>`
  return other.add('upload.html', html, { 'content-type': 'text/html; charset=utf-8' })
}

const outcome = () => outcomeOn(page)

const exchanges = async () => (await page.evaluate('exchanges')) as Exchange[] // the page's own script keeps them

test('Uppy brings a file by its Tus plugin: what it shows falls back only to what the server has', async () => {
  const { asset_id, upload } = await reserve(herbarium, { file_name: 'take.wav' })
  await page.goto(
    pageWith(`
      window.progress = []
      const uppy = new clients.Uppy()
      uppy.use(clients.Tus, { endpoint: '${upload.resumable.url}', ...options })
      uppy.on('upload-progress', (file, { bytesUploaded }) => progress.push(bytesUploaded))
      uppy.addFile({ name: 'take.wav', type: 'audio/wav', data: await chosen() })
      const { successful, failed } = await uppy.upload()
      return [successful.length, failed.length, successful[0]?.uploadURL]`),
  )
  expect(await outcome()).toEqual([1, 0, upload.resumable.url])
  expect(herbarium.proxy.cuts()).toBeGreaterThanOrEqual(3)
  const asked = await exchanges()
  expectNothingAcknowledgedTwice(asked)
  const shown = (await page.evaluate('progress')) as number[]
  const acknowledged = new Set(asked.map(({ at }) => at))
  const fallen = shown.filter((bytes, n) => bytes < (shown[n - 1] ?? 0))
  expect([shown[0], shown.at(-1)]).toEqual([0, wav.length])
  expect(fallen.filter(bytes => !acknowledged.has(bytes))).toEqual([])
  await expectServedBy(herbarium, asset_id, wav)
})

test('a file that has an endpoint of its own and is taken out of Uppy while it is sent is gone from the server too', async () => {
  herbarium.proxy.heal()
  const { upload } = await reserve(herbarium)
  await page.goto(
    pageWith(`
      const uppy = new clients.Uppy()
      uppy.use(clients.Tus, { chunkSize: ${MB}, ...options })
      uppy.addPreProcessor(async ids => {
        for (const id of ids) uppy.setFileState(id, { tus: { endpoint: '${upload.resumable.url}' } })
      })
      const id = uppy.addFile({ name: 'take.wav', type: 'audio/wav', data: await chosen() })
      uppy.on('upload-progress', (file, { bytesUploaded }) => { if (bytesUploaded > ${3 * MB}) uppy.removeFile(id) })
      uppy.upload()
      while (exchanges.at(-1)?.method !== 'DELETE' || exchanges.at(-1).status === null)
        await new Promise(resolve => setTimeout(resolve, 20))
      return exchanges.at(-1).status`),
  )
  expect(await outcome()).toBe(204)
  expect((await tusHead({ fetch }, upload.resumable.url)).status).toBe(403)
})

test('tus-js-client goes on after the page was loaded anew, by what it keeps in localStorage', async () => {
  const { asset_id, upload } = await reserve(herbarium)
  const url = pageWith(`
    const upload = new clients.Upload(await chosen(), { ...options, endpoint: '${upload.resumable.url}', chunkSize: ${MB} })
    const [previous] = await upload.findPreviousUploads()
    if (previous) upload.resumeFromPreviousUpload(previous)
    return new Promise((resolve, reject) => {
      upload.options.onSuccess = () => resolve(upload.url)
      upload.options.onError = reject
      upload.options.onChunkComplete = (size, bytes) => {
        if (previous || bytes < ${5 * MB}) return
        upload.options.onBeforeRequest = () => new Promise(() => {}) // this page never sends another byte
        resolve(bytes)
      }
      upload.start()
    })`)
  await page.goto(url)
  const kept = Number(await outcome())
  expect(kept).toBeGreaterThanOrEqual(5 * MB)
  await page.reload()
  expect(await outcome()).toBe(upload.resumable.url)
  const asked = await exchanges()
  expect(asked[0]).toMatchObject({ method: 'HEAD', status: 200, at: kept })
  expectNothingAcknowledgedTwice(asked, { begun: 0 })
  await expectServedBy(herbarium, asset_id, wav)
})
