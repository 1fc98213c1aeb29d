// tus-js-client over a network that breaks and a server that dies: nothing is lost, and little is sent twice.
import { Readable } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { reserve } from '../support/reserve.ts'
import { wavOf } from '../support/samples.ts'
import type { Cuts } from '../support/start-cutting-proxy.ts'
import {
  expectServedBy,
  type ServerBehindProxy,
  startServerBehindProxy,
} from '../support/start-server-behind-proxy.ts'
import { type ClientUpload, clientUpload, expectNothingAcknowledgedTwice } from '../support/tus-client.ts'

vi.setConfig({ testTimeout: 60_000 }) // processes take their time on a busy machine

const MB = 1_000_000
/** What the system itself may hold of a connection's bytes, unseen by either side, when it breaks. */
const IN_FLIGHT_BYTES = 8 * MB
/** Between two saves of one endless request. */
const SAVE_EVERY_BYTES = 16 * 1024 * 1024
const HEADER_BYTES = 1000

async function startBehindProxy(cuts: Cuts): Promise<ServerBehindProxy> {
  const place = await startServerBehindProxy(cuts)
  onTestFinished(() => place.close())
  return place
}

/** What went through the proxy beyond the file and the headers of all requests. */
const sentAgain = ({ proxy }: ServerBehindProxy, { exchanges }: ClientUpload, file: Buffer): number =>
  proxy.forwardedBytes() - file.length - exchanges.length * HEADER_BYTES

test('200 MB in chunks of 5 MB over a cut every 20 MB and a kill of the server: whole, and no chunk but the last is sent again', async () => {
  const file = wavOf(200 * MB, 1)
  const place = await startBehindProxy({ everyBytes: 20 * MB, serverSees: 'reset' })
  const { asset_id, upload } = await reserve(place)
  const client = clientUpload(file, { endpoint: upload.resumable.url, chunkSize: 5 * MB })
  const finished = client.finish()
  await Promise.race([place.proxy.cutNumber(5), finished])
  await place.killAndStart()
  await finished
  expect(place.proxy.cuts()).toBeGreaterThanOrEqual(10)
  expectNothingAcknowledgedTwice(client.exchanges)
  expect(sentAgain(place, client, file)).toBeLessThanOrEqual((place.proxy.cuts() + 1) * 5 * MB)
  await expectServedBy(place, asset_id, file)
})

test.each([
  { serverSees: 'end', inFlightBytes: IN_FLIGHT_BYTES / 2 },
  { serverSees: 'reset', inFlightBytes: IN_FLIGHT_BYTES },
] as const)(
  '60 MB in one endless request over a cut every 12 MB (the server sees its $serverSees): only what was in flight is sent again',
  async ({ serverSees, inFlightBytes }) => {
    const file = wavOf(60 * MB, 2)
    const place = await startBehindProxy({ everyBytes: 12 * MB, serverSees }) // more often than a request is saved
    const { asset_id, upload } = await reserve(place)
    const client = clientUpload(file, { endpoint: upload.resumable.url })
    await client.finish()
    expect(place.proxy.cuts()).toBeGreaterThanOrEqual(5)
    expectNothingAcknowledgedTwice(client.exchanges)
    expect(sentAgain(place, client, file)).toBeLessThanOrEqual(place.proxy.cuts() * inFlightBytes)
    await expectServedBy(place, asset_id, file)
  },
)

test('one endless request that a kill of the server ends goes on from its last save', async () => {
  const file = wavOf(60 * MB, 3)
  const place = await startBehindProxy({ everyBytes: Number.POSITIVE_INFINITY, serverSees: 'reset' })
  const { asset_id, upload } = await reserve(place)
  const client = clientUpload(file, { endpoint: upload.resumable.url })
  const finished = client.finish()
  await Promise.race([place.proxy.forwarded(45 * MB), finished])
  await place.killAndStart()
  await finished
  expectNothingAcknowledgedTwice(client.exchanges)
  expect(sentAgain(place, client, file)).toBeLessThanOrEqual(SAVE_EVERY_BYTES + IN_FLIGHT_BYTES)
  await expectServedBy(place, asset_id, file)
})

test('a stream of unknown length comes whole over a cut every 3 MB', async () => {
  const file = wavOf(20 * MB, 4)
  const place = await startBehindProxy({ everyBytes: 3 * MB, serverSees: 'end' })
  const { asset_id, upload } = await reserve(place)
  const client = clientUpload(Readable.from(piecesOf(file), { objectMode: false }), {
    endpoint: upload.resumable.url,
    uploadLengthDeferred: true,
    chunkSize: MB + 1,
  })
  await client.finish()
  expect(place.proxy.cuts()).toBeGreaterThanOrEqual(6)
  expectNothingAcknowledgedTwice(client.exchanges)
  await expectServedBy(place, asset_id, file)
})

function* piecesOf(file: Buffer): Generator<Buffer> {
  for (let at = 0; at < file.length; at += 50_021) yield file.subarray(at, at + 50_021)
}
