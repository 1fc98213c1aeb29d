// Three sources, one gate: whatever a file is, it comes to the same end by every door, and leaves nothing behind.
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type GateFile, gateFiles } from '../support/hostile-files.ts'
import { type AssetUpload, postJson, reserve } from '../support/reserve.ts'
import { samplePath } from '../support/samples.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { completed, putFile, stored } from '../support/uploads.ts'

const MAX_DIRECT_BYTES = 4 * 1024 * 1024
/** What every sender says of every file, true or not. */
const LABEL = { file_name: 'fern.png', content_type: 'image/png' }

let internet: Internet
let herbarium: RunningService
/** What the stranger gives out, by path. */
const offered = new Map<string, Buffer>()
/** For a picture of 64 megapixels, by three sources, on a machine that others keep busy. */
const PATIENCE_MS = 200_000

let readyAssets = 0
let sentAssets = 0

beforeAll(async () => {
  internet = await startInternet()
  internet.answer = (request, response) => {
    response.setHeader('content-type', LABEL.content_type)
    response.end(offered.get(request.url ?? ''))
  }
  herbarium = await startService({
    environment: { ...internet.environment, RATE_LIMIT: 'off' },
    world: { remote: internet.world },
  })
})
afterAll(async () => {
  await herbarium.close()
  await internet.close()
})

type Send = (bytes: Buffer, at: string) => Promise<AssetUpload>

const sources: Record<string, Send> = {
  signed: async bytes => {
    const reservation = await reserve(herbarium, LABEL)
    const sent = await putFile(herbarium, reservation, bytes)
    expect(sent.status).toBe(204)
    return completed(herbarium, reservation.asset_id)
  },
  direct: bytes => stored(herbarium, LABEL, bytes),
  url: async (bytes, at) => {
    offered.set(at, bytes)
    const source = internet.url('files.example.com', at)
    const said = { ...LABEL, source, workspace_id: herbarium.workspaceId }
    const response = await postJson(herbarium, '/assets', said)
    expect(response.status).toBe(201)
    return (await response.json()) as AssetUpload // checked against the document by the tenant's fetch
  },
}

async function found(assetId: string): Promise<AssetUpload> {
  const response = await herbarium.call(`/assets/${assetId}`)
  return (await response.json()) as AssetUpload // checked against the document by the tenant's fetch
}

/** How it ended, and what its URL answers then. */
async function outcomeOf(assetId: string, bytes: Buffer) {
  const { status, url, failure_message } = await vi.waitUntil(
    async () => {
      const asset = await found(assetId)
      return asset.status !== 'pending_upload' && asset
    },
    { timeout: PATIENCE_MS, interval: 50 },
  )
  const served = await herbarium.fetch(url ?? '')
  const body = Buffer.from(await served.arrayBuffer())
  return {
    status,
    failure_message: failure_message ?? null,
    answer: served.status,
    type: served.headers.get('content-type'),
    nosniff: served.headers.get('x-content-type-options'),
    loadsNothing: served.headers.get('content-security-policy')?.startsWith("default-src 'none'") ?? false,
    isSame: body.equals(bytes),
  }
}

const expected = ({ outcome }: GateFile) =>
  'readyAs' in outcome
    ? {
        status: 'ready',
        failure_message: null,
        answer: 200,
        type: outcome.readyAs,
        nosniff: 'nosniff',
        loadsNothing: true,
        isSame: true,
      }
    : {
        status: 'failed',
        failure_message: expect.stringContaining(outcome.failedFor),
        answer: 404,
        isSame: false,
      }

describe.concurrent('By every source the same becomes of a file that is', { timeout: PATIENCE_MS }, () => {
  test.each(gateFiles)('$what', async file => {
    const bytes = await file.make()
    const names = Object.keys(sources).filter(name => name !== 'direct' || bytes.length <= MAX_DIRECT_BYTES)
    const outcomes = await Promise.all(
      names.map(async name => {
        const send = sources[name]
        const sent = await send?.(bytes, `/${gateFiles.indexOf(file)}/fern.png`)
        return outcomeOf(sent?.asset_id ?? '', bytes)
      }),
    )
    sentAssets += names.length
    readyAssets += outcomes.filter(outcome => outcome.status === 'ready').length
    expect(outcomes[0]).toMatchObject(expected(file))
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
  })
})

test('afterwards the files of ready assets are all there is on the disk', async () => {
  expect(sentAssets).toBe(3 * gateFiles.length)
  const files = await herbarium.files()
  expect(files.filter(file => !file.startsWith('media/'))).toEqual([])
  expect(files).toHaveLength(readyAssets)
})

test('every sample has its line in the table, and there are sixty files and more', async () => {
  const folder = await readdir(path.dirname(samplePath('i.png')))
  const samples = folder.filter(name => !/\.(ts|sh)$/.test(name)) // programs of other tests
  const known = gateFiles.map(({ what }) => what)
  expect(known).toEqual(expect.arrayContaining(samples.map(name => `the sample ${name}`)))
  expect(new Set(known).size).toBe(gateFiles.length)
  expect(gateFiles.length).toBeGreaterThan(60)
})
