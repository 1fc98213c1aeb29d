// Delivery by this process: conditional requests and ranges.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepsConditionsAndRanges } from '../contracts/delivery-ranges-contract.ts'
import { type RawRequest, rawRequest } from '../support/raw-request.ts'
import { type ReadySample, readyAsset } from '../support/ready-asset.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'

let herbarium: RunningService
let picture: ReadySample
beforeAll(async () => {
  herbarium = await startService()
  picture = await readyAsset(herbarium, await sampleBytes('i.png'), 'picture.png')
})
afterAll(() => herbarium.close())

const ask = (request: RawRequest) => rawRequest(herbarium.origin, picture.path, request)

keepsConditionsAndRanges(() => ({ bytes: picture.bytes, ask }))

test('a Range header too large to be honest is refused, and the next request is answered', async () => {
  const answer = await ask({ headers: { range: `bytes=0-${',0-'.repeat(50_000)}` } })
  expect(answer.status).toBe(431)
  expect((await ask({})).body.equals(picture.bytes)).toBe(true)
})
