// A network that breaks and a server that dies: uploads end whole, and little is sent twice.
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { wavOf } from '../../service/test/support/samples.ts'
import type { Cuts } from '../../service/test/support/start-cutting-proxy.ts'
import { temporaryFolder } from '../../service/test/support/start-process.ts'
import {
  expectServedBy,
  type ServerBehindProxy,
  startServerBehindProxy,
} from '../../service/test/support/start-server-behind-proxy.ts'
import { createClient } from '../src/index.ts'

vi.setConfig({ testTimeout: 240_000 }) // processes take their time on a busy machine

const MB = 1_000_000

async function startBehindProxy(cuts: Cuts): Promise<ServerBehindProxy> {
  const place = await startServerBehindProxy(cuts)
  onTestFinished(() => place.close())
  return place
}

const clientOf = ({ proxy, apiKey }: ServerBehindProxy) =>
  createClient({ baseUrl: `${proxy.origin}/api/v1`, apiKey })

test('300 MB from a path over a cut every 20 MB and a kill of the server end with the right hash', async () => {
  const wav = wavOf(300 * MB, 1)
  const folder = await temporaryFolder()
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'long.wav')
  await writeFile(file, wav)
  const place = await startBehindProxy({ everyBytes: 20 * MB, serverSees: 'reset' })
  const uploading = clientOf(place).upload({ path: file })
  await Promise.race([place.proxy.cutNumber(5), uploading])
  await place.killAndStart()
  const asset = await uploading
  expect(place.proxy.cuts()).toBeGreaterThanOrEqual(15)
  expect(asset).toMatchObject({ name: 'long.wav', status: 'ready', size_bytes: wav.length })
  await expectServedBy(place, asset.asset_id, wav)
  expect(place.proxy.forwardedBytes()).toBeLessThan(2 * wav.length)
})

test('a form that is cut is sent again, and a direct upload that is cut makes one asset', async () => {
  const place = await startBehindProxy({ everyBytes: 3 * MB, serverSees: 'reset' })
  const client = clientOf(place)
  const wav = new File([wavOf(2.5 * MB, 2)], 'small.wav')
  const direct = await client.upload(wav)
  const form = await client.upload(wav, { method: 'form' })
  expect([direct.uploaded_via, form.uploaded_via]).toEqual(['direct', 'signed_url'])
  expect(place.proxy.cuts()).toBeGreaterThanOrEqual(1)
  const names = []
  for await (const { name } of client.list()) names.push(name)
  expect(names).toEqual(['small.wav', 'small.wav'])
})
