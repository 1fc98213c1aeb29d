// What doctor says of a bucket's CORS rules is what a real browser meets.
import { type CORSRule, PutBucketCorsCommand } from '@aws-sdk/client-s3'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openBucket } from '../../src/blobs/s3/bucket.ts'
import { createForms } from '../../src/blobs/s3/forms.ts'
import type { S3Settings } from '../../src/blobs/s3/open-s3.ts'
import { probeCors } from '../../src/blobs/s3/probes/cors.ts'
import { probeTerms } from '../../src/blobs/s3/probes/form.ts'
import { PROBE, probeKey } from '../../src/blobs/s3/probes/trials.ts'
import { systemClock } from '../../src/ground/clock.ts'
import { corsCheck, corsWish } from '../../src/upkeep/doctor/cors.ts'
import { asOwner } from '../support/guest-of-bucket.ts'
import { openBrowser } from '../support/open-browser.ts'
import { type OtherOrigin, openOtherOrigin } from '../support/other-origin.ts'
import { cephHere, useBucket } from '../support/use-bucket.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let browser: Browser
let other: OtherOrigin
let settings: S3Settings
beforeAll(async () => {
  ;[browser, other, settings] = await Promise.all([openBrowser(), openOtherOrigin(), useBucket()])
})
afterAll(async () => {
  await browser?.close()
  await other?.close()
})

const setRules = (rules: CORSRule[]) =>
  asOwner(cephHere(), owner =>
    owner.send(
      new PutBucketCorsCommand({ Bucket: settings.bucket, CORSConfiguration: { CORSRules: rules } }),
    ),
  )

const checked = async (origins: string[], { isReadThere } = { isReadThere: false }) =>
  corsCheck(await probeCors(settings, systemClock, corsWish(origins, { isReadThere })), {
    isSure: origins.length > 0,
  })

/** As the command line would read what doctor printed. */
function printedIn(detail: string): CORSRule[] {
  const json: unknown = JSON.parse(/--cors-configuration '(.+)'$/.exec(detail)?.[1] ?? '')
  return (json as { CORSRules: CORSRule[] }).CORSRules // a store takes it or does not
}

/** What a page of the other origin meets, by a plain fetch and by a request that shows how far it is. */
async function inBrowser(): Promise<unknown> {
  const bucket = openBucket(settings)
  const { url, fields } = await createForms(bucket, settings).formFor(probeTerms(systemClock, probeKey()))
  bucket.close()
  const script = `(async () => {
    const form = () => {
      const data = new FormData()
      for (const [name, value] of Object.entries(${JSON.stringify(fields)})) data.append(name, value)
      data.append('file', new Blob([${JSON.stringify(PROBE.toString())}]))
      return data
    }
    const plain = await fetch('${url}', { method: 'POST', body: form() }).then(answer => answer.status, () => 'kept from the page')
    const watched = await new Promise(resolve => {
      const request = new XMLHttpRequest()
      request.upload.onprogress = () => {}
      request.onload = () => resolve(request.status)
      request.onerror = () => resolve('kept from the page')
      request.open('POST', '${url}')
      request.send(form())
    })
    return { plain, watched }
  })()`
  const page = await browser.newPage()
  try {
    await page.goto(other.add('page', '<!doctype html>', { 'content-type': 'text/html' }))
    return await page.evaluate(script)
  } finally {
    await page.close()
  }
}

const KEPT = { plain: 'kept from the page', watched: 'kept from the page' }

test('without a rule, and with one for others, pages are kept out; the rule that doctor prints lets them in', async () => {
  expect(await checked([other.origin])).toMatchObject({
    name: 'cors',
    status: 'fail',
    detail: expect.stringMatching(/the preflight of a POST, the answer to a POST to .*; it has no CORS rule/),
  })
  expect(await inBrowser()).toEqual(KEPT)

  await setRules([{ AllowedOrigins: ['https://elsewhere.example.com'], AllowedMethods: ['POST'] }])
  const wrong = await checked([other.origin])
  expect(wrong).toMatchObject({ status: 'fail', detail: expect.stringContaining('1 CORS rules are other') })
  expect(await inBrowser()).toEqual(KEPT)

  await setRules(printedIn(wrong.detail))
  expect(await checked([other.origin])).toMatchObject({ status: 'ok' })
  expect(await inBrowser()).toEqual({ plain: 204, watched: 204 })
})

test('a rule for another method is not enough', async () => {
  await setRules([{ AllowedOrigins: [other.origin], AllowedMethods: ['GET'] }])
  expect(await checked([other.origin])).toMatchObject({ status: 'fail' })
  expect(await inBrowser()).toEqual(KEPT)
})

test('where no origin is configured, a missing rule is worth a word and no more', async () => {
  await setRules([{ AllowedOrigins: ['https://elsewhere.example.com'], AllowedMethods: ['POST'] }])
  expect(await checked([])).toMatchObject({
    status: 'warn',
    detail: expect.stringMatching(/^http.*app\.example\.com.*"AllowedOrigins":\["\*"\]/),
  })
  await setRules([{ AllowedOrigins: ['*'], AllowedMethods: ['POST'] }])
  expect(await checked([])).toMatchObject({ status: 'ok' })
})

test('where readers are redirected to the bucket, a rule for uploads alone is not enough', async () => {
  await setRules([{ AllowedOrigins: [other.origin], AllowedMethods: ['POST'] }])
  const uploadsOnly = await checked([other.origin], { isReadThere: true })
  expect(uploadsOnly).toMatchObject({
    status: 'fail',
    detail: expect.stringMatching(/open the preflight of a GET, the preflight of a HEAD to null \(/),
  })
  await setRules(printedIn(uploadsOnly.detail))
  expect(await checked([other.origin], { isReadThere: true })).toMatchObject({ status: 'ok' })
})
