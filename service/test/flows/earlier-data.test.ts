// This version on folders that earlier ones left: fixtures/data-a and its successors.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { FLORA } from '@flora-ai/flora'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSettings } from '../../src/config/config.ts'
import { openService, type Service } from '../../src/service.ts'
import { sampleBytes } from '../support/samples.ts'

const FIXTURES = path.join(import.meta.dirname, '../fixtures')

describe.each(['data-a', 'data-b'])('On the folder %s', fixture => {
  let dataDir: string
  let service: Service
  let client: FLORA
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), `herbarium-${fixture}-`))
    await cp(path.join(FIXTURES, fixture), dataDir, { recursive: true })
    const { config } = readSettings({ PORT: '0', LOG_LEVEL: 'silent', DATA_DIR: dataDir })
    service = await openService(config)
    await service.listen()
    const apiKey = (await readFile(path.join(dataDir, 'first-key.txt'), 'utf8')).trim()
    client = new FLORA({ apiKey, baseURL: service.urls.api(), maxRetries: 0 })
  })
  afterAll(async () => {
    await service.close()
    await rm(dataDir, { recursive: true, force: true })
  })

  test('what was ready is ready, with its name, place and exact bytes', async () => {
    const { assets } = await client.assets.list({ query: 'fern' })
    expect(assets).toMatchObject([
      { name: 'fern.webp', status: 'ready', folder: 'sheets', metadata: { plant: 'fern' } },
    ])
    expect(assets[0]?.node_id).toMatch(/^node_/)
    const served = await fetch(assets[0]?.url ?? '')
    expect(Buffer.from(await served.arrayBuffer())).toEqual(await sampleBytes('i.webp'))
  })

  test('what had failed tells why, and can be retried', async () => {
    const { assets } = await client.assets.list({ query: 'weed' })
    const failed = await client.assets.retrieve(assets[0]?.asset_id ?? '')
    expect(failed).toMatchObject({ status: 'failed', failure_message: expect.stringContaining('text/html') })
    const retried = await client.assets.retry(failed.asset_id)
    expect(retried).toMatchObject({ status: 'pending_upload', asset_id: failed.asset_id })
  })

  test('what was uploaded and not yet completed can still be completed', async () => {
    const { assets } = await client.assets.list({ query: 'bud' })
    const completed = await client.assets.complete(assets[0]?.asset_id ?? '')
    expect(completed).toMatchObject({ status: 'ready' })
  })
})
