// API keys: who is let in, and how everyone else is told.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKey } from '../../src/keys/create.ts'
import { revokeKey } from '../../src/keys/revoke.ts'
import { freePort } from '../support/free-port.ts'
import { refusalIn, refusalOf } from '../support/refusal-of.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { head, speak } from '../support/wire.ts'

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService({ environment: { PORT: String(await freePort()) } })
})
afterAll(() => herbarium.close())

const asking = (authorization: string | undefined, path = '/workspaces', method = 'GET') =>
  herbarium.fetch(`${herbarium.origin}/api/v1${path}`, {
    method,
    headers: authorization === undefined ? {} : { authorization },
  })

test.each([
  ['GET', '/assets'],
  ['POST', '/assets'],
  ['GET', '/assets/asset_x'],
  ['POST', '/assets/asset_x/complete'],
  ['POST', '/assets/asset_x/retry'],
  ['POST', '/projects/prj_x/assets/asset_x/attach'],
  ['GET', '/workspaces'],
  ['GET', '/projects'],
  ['POST', '/projects'],
  ['GET', '/projects/prj_x'],
  ['GET', '/projects/prj_x/nodes'],
])('%s %s wants a key: without one unauthorized, with a wrong one invalid_api_key', async (method, path) => {
  expect(await refusalIn(await asking(undefined, path, method))).toMatchObject({
    status: 401,
    code: 'unauthorized',
  })
  expect(await refusalIn(await asking(`Bearer sk_live_${'A'.repeat(43)}`, path, method))).toMatchObject({
    status: 401,
    code: 'invalid_api_key',
  })
})

test.each([
  ['empty', () => ''],
  ['a bare key', () => herbarium.apiKey],
  ['Bearer and nothing', () => 'Bearer'],
  ['Bearer and blanks', () => 'Bearer   '],
  ['two keys', () => `Bearer ${herbarium.apiKey} ${herbarium.apiKey}`],
  ['two credentials', () => `Bearer ${herbarium.apiKey}, Bearer ${herbarium.apiKey}`],
  ['cut by one', () => `Bearer ${herbarium.apiKey.slice(0, -1)}`],
  ['extended by one', () => `Bearer ${herbarium.apiKey}A`],
  ['upper case', () => `Bearer ${herbarium.apiKey.toUpperCase()}`],
  ['swapped case after the prefix', () => `Bearer sk_live_${swapCase(herbarium.apiKey.slice(8))}`],
  ['a test key', () => `Bearer ${herbarium.apiKey.replace('sk_live_', 'sk_test_')}`],
  ['without its prefix', () => `Bearer ${herbarium.apiKey.replace('sk_live_', '')}`],
  ['quoted', () => `Bearer "${herbarium.apiKey}"`],
  ['Basic', () => `Basic ${Buffer.from(`${herbarium.apiKey}:`).toString('base64')}`],
  ['Digest', () => `Digest ${herbarium.apiKey}`],
  ['SQL', () => "Bearer ' or '1'='1"],
])('a key that is %s is not a key', async (_what, authorization) => {
  const refusal = await refusalIn(await asking(authorization()))
  expect(refusal).toMatchObject({ status: 401, code: 'invalid_api_key' })
  expect(refusal.message).not.toContain(herbarium.apiKey)
})

const swapCase = (text: string) =>
  text.replace(/[a-z]/gi, letter =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )

test.each(['Bearer', 'bearer', 'BEARER'])('the scheme may be written %s', async scheme => {
  expect((await asking(`${scheme} ${herbarium.apiKey}`)).status).toBe(200)
})

test('all wrong keys are told the same', async () => {
  const bodies = await Promise.all(
    [`sk_live_${'A'.repeat(43)}`, 'sk_test_x', 'nonsense'].map(async key =>
      (await asking(`Bearer ${key}`)).text(),
    ),
  )
  expect(new Set(bodies).size).toBe(1)
})

test('the key is judged before the request: a stranger learns nothing of what is wrong with it', async () => {
  const response = await herbarium.fetch(`${herbarium.origin}/api/v1/assets`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{',
  })
  expect(await refusalIn(response)).toMatchObject({ status: 401, code: 'unauthorized' })
})

test('a header of 64 KB is answered with 431 or 401, in the envelope', async () => {
  const answer = await speak(
    herbarium.origin,
    head('GET /api/v1/assets', { authorization: `Bearer ${'a'.repeat(65_536)}` }),
  )
  expect([401, 431]).toContain(answer?.status)
  expect(JSON.parse(answer?.body ?? '')).toMatchObject({ error: { message: expect.any(String) } })
  expect(answer?.headers.get('request-id')).toMatch(/^req_/)
})

test('several keys open the same workspace, and a revoked one is refused at once and for good', async () => {
  const ports = { keys: herbarium.service.records.keys, ...herbarium.service.world }
  const { key, secret } = await createKey(ports, { workspaceId: herbarium.workspaceId, name: 'second' })
  const ask = () => asking(`Bearer ${secret}`, '/assets')
  expect((await ask()).status).toBe(200)
  await revokeKey(ports, key.id)
  expect(await refusalIn(await ask())).toMatchObject({ status: 401, code: 'invalid_api_key' })
  await herbarium.restart()
  expect(await refusalIn(await ask())).toMatchObject({ status: 401, code: 'invalid_api_key' })
  expect((await asking(`Bearer ${herbarium.apiKey}`)).status).toBe(200)
})

test('the official client sees a wrong key as an authentication error', async () => {
  const { client } = herbarium
  const refusal = await refusalOf(client.withOptions({ apiKey: 'sk_live_wrong' }).workspaces.list())
  expect(refusal).toMatchObject({ status: 401, code: 'invalid_api_key' })
})

test('a key lists the one workspace it opens', async () => {
  const { workspaces } = await herbarium.client.workspaces.list()
  expect(workspaces).toEqual([
    {
      workspace_id: herbarium.workspaceId,
      name: 'My workspace',
      role: 'owner',
      created_at: expect.any(Number),
    },
  ])
})
