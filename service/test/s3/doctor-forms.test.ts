// What doctor says of forms that go straight to a real bucket, and of a store that does not heed them.
import { createServer } from 'node:http'
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { S3Settings } from '../../src/blobs/s3/open-s3.ts'
import { probeForm } from '../../src/blobs/s3/probes/form.ts'
import { type Clock, systemClock } from '../../src/ground/clock.ts'
import { formChecks } from '../../src/upkeep/doctor/form.ts'
import { freePort } from '../support/free-port.ts'
import { asOwner, newGuest } from '../support/guest-of-bucket.ts'
import { createTestCa } from '../support/test-ca.ts'
import { cephHere, useBucket } from '../support/use-bucket.ts'

vi.setConfig({ testTimeout: 60_000 })

const checksOf = async (settings: S3Settings, clock: Clock = systemClock) =>
  formChecks(await probeForm(settings, clock))

test('a store that keeps to its policies is right, and nothing stays there', async () => {
  const settings = await useBucket()
  expect(await checksOf(settings)).toMatchObject([
    { name: 'form', status: 'ok', detail: expect.stringContaining(settings.bucket) },
    { name: 'form_policy', status: 'ok' },
  ])
  const list = new ListObjectsV2Command({ Bucket: settings.bucket })
  expect((await asOwner(cephHere(), owner => owner.send(list))).Contents).toBeUndefined()
})

const anHourAgo: Clock = { ...systemClock, now: () => Date.now() - 3_600_000 }

test('a public endpoint that nobody reaches is told with its cure', async () => {
  const publicEndpoint = `http://127.0.0.1:${await freePort()}`
  expect(await checksOf(await useBucket({ publicEndpoint }))).toMatchObject([
    { name: 'form', status: 'fail', detail: expect.stringMatching(/ECONNREFUSED.*Set S3_PUBLIC_ENDPOINT/) },
    { name: 'form_policy', status: 'warn' },
  ])
})

test('a form that is over when it comes is told to be a matter of clocks', async () => {
  expect(await checksOf(await useBucket(), anHourAgo)).toMatchObject([
    { name: 'form', status: 'fail', detail: expect.stringMatching(/expired.*Set the clocks/i) },
    { name: 'form_policy', status: 'warn' },
  ])
})

test('keys that may not put are told what to be allowed', async () => {
  const guest = await newGuest(cephHere())
  const settings = await useBucket({ credentials: guest.credentials })
  await guest.allow(settings.bucket, ['s3:ListBucket', 's3:GetObject', 's3:DeleteObject'])
  expect((await checksOf(settings))[0]).toMatchObject({
    status: 'fail',
    detail: expect.stringContaining('Allow s3:PutObject'),
  })
})

/** Listens on loopback for the time of one test. */
async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
}

/** Stands for the stores of others that take whatever comes. */
const takingAnything = () =>
  createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(204).end())
  })

test('a store that does not enforce what a form says must not be used', async () => {
  const publicEndpoint = `http://${await listening(takingAnything())}`
  expect(await checksOf(await useBucket({ publicEndpoint }))).toMatchObject([
    { name: 'form', status: 'fail', detail: expect.stringContaining('lead to the same bucket') },
    {
      name: 'form_policy',
      status: 'fail',
      detail: expect.stringMatching(/a byte too many, another key, a wrong signature.*must not be used/),
    },
  ])
})

test('a page that is no store, and a certificate that nobody trusts, are told apart', async () => {
  const page = createServer((_, response) => response.writeHead(404).end('<html>nothing here</html>'))
  const elsewhere = await useBucket({ publicEndpoint: `http://${await listening(page)}` })
  expect((await checksOf(elsewhere))[0]).toMatchObject({
    status: 'fail',
    detail: expect.stringMatching(/HTTP 404.*S3_PUBLIC_ENDPOINT.*S3_FORCE_PATH_STYLE/),
  })
  const ca = await createTestCa()
  onTestFinished(() => ca.close())
  const { createServer: createSecure } = await import('node:https')
  const secure = await listening(createSecure(await ca.issue('store.example')))
  expect((await checksOf(await useBucket({ publicEndpoint: `https://${secure}` })))[0]).toMatchObject({
    status: 'fail',
    detail: expect.stringContaining('certificate'),
  })
})
