// What a key may do: every operation of the OpenAPI document is asked without the scope it names, and with it.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GRANTED_SCOPES, SCOPES } from '../../src/ground/scope.ts'
import { filled, type Operation, operationsOf } from '../support/operations.ts'
import { holderOf } from '../support/operator.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { REPOSITORY } from '../support/start-process.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { completed, putFile, stored } from '../support/uploads.ts'

let herbarium: RunningService
let operations: Operation[]
beforeAll(async () => {
  herbarium = await startService({ environment: { RATE_LIMIT: 'off', WEBHOOK_ALLOW_HOSTS: 'localhost' } })
  operations = (await operationsOf(herbarium.origin)).filter(({ path }) => path.startsWith('/api/v1/'))
})
afterAll(() => herbarium.close())

/** With ids of things that are not there, but for the workspace. */
async function ask(holder: Tenant, { method, path, inQuery, inBody }: Operation): Promise<Response> {
  const missing = {
    asset_id: 'asset_0',
    project_id: 'prj_0',
    webhook_id: 'whk_0',
    delivery_id: 'whd_0',
    key_id: 'key_0',
  }
  const { workspaceId: workspace_id } = herbarium
  const query = inQuery.includes('workspace_id') ? `?workspace_id=${workspace_id}` : ''
  const fields = {
    workspace_id,
    name: 'n',
    source: 'signed-url',
    assets: [{}],
    url: 'https://localhost/hook',
    retention: 'standard',
  }
  const known = Object.entries(fields).filter(([name]) => inBody['application/json']?.includes(name))
  const body = JSON.stringify(Object.fromEntries(known))
  const headers = { 'content-type': 'application/json' }
  const target = filled(path.replace('/api/v1', ''), { ...missing, workspace_id }) + query
  const stop = new AbortController()
  const request = { method, signal: stop.signal, ...(method === 'GET' ? {} : { body, headers }) }
  const answer = await holder.call(target, request)
  if (answer.headers.get('content-type')?.startsWith('text/event-stream')) stop.abort()
  return answer
}

const nameOf = ({ method, path }: Operation) => `${method} ${path.replace('/api/v1', '')}`

test('every operation says which scopes it needs', () => {
  expect(operations.length).toBeGreaterThan(30)
  for (const operation of operations) {
    expect(operation.scopes, nameOf(operation)).not.toEqual([])
    expect(SCOPES, nameOf(operation)).toEqual(expect.arrayContaining(operation.scopes))
  }
})

test('a key with all scopes but those of an operation is refused by their names, and nothing is done', async () => {
  const view = async () => [
    await herbarium.client.assets.list(),
    await herbarium.client.projects.list({ workspace_id: herbarium.workspaceId }),
    await herbarium.service.records.workspaces.list(),
  ]
  const before = await view()
  for (const operation of operations) {
    const others = SCOPES.filter(scope => !operation.scopes.includes(scope))
    if (others.length === 0) continue // open to every key
    const refusal = await refusalIn(await ask(await holderOf(herbarium, ...others), operation))
    expect(refusal, nameOf(operation)).toMatchObject({ status: 403, code: 'forbidden' })
    expect(refusal.message, nameOf(operation)).toContain(`the scope ${operation.scopes.join(' or ')}.`)
  }
  expect(await view()).toEqual(before)
})

test('a key with one of the scopes of an operation, and no other, is not refused', async () => {
  for (const operation of operations)
    for (const scope of operation.scopes) {
      const { status } = await ask(await holderOf(herbarium, scope), operation)
      expect(status, `${nameOf(operation)} with ${scope}`).toBeOneOf([200, 201, 204, 404])
    }
})

test('a key for everything in its workspace may all but administer the installation', async () => {
  const holder = await holderOf(herbarium, '*')
  for (const operation of operations)
    if (operation.scopes.join() === 'admin')
      expect((await ask(holder, operation)).status, nameOf(operation)).toBe(403)
    else expect((await ask(holder, operation)).status, nameOf(operation)).not.toBe(403)
})

test('a key that may only administer sees no asset, not even of its own workspace', async () => {
  const { asset_id } = await stored(herbarium)
  const operator = await holderOf(herbarium, 'admin')
  for (const target of [`/assets/${asset_id}`, `/assets/${asset_id}/timeline`, '/assets', '/events'])
    expect(await refusalIn(await operator.call(target))).toMatchObject({ status: 403, code: 'forbidden' })
})

test('a key that may only write reserves and looks at its asset, and its upload token brings and completes it', async () => {
  const writer = await holderOf(herbarium, 'assets:write')
  const reservation = await reserve(writer)
  const holder = herbarium.tenantOf(reservation.upload.token, herbarium.workspaceId)
  expect((await writer.call(`/assets/${reservation.asset_id}`)).status).toBe(200)
  expect((await writer.call('/assets')).status).toBe(403)
  expect((await putFile(herbarium, reservation, await sampleBytes('i.png'))).status).toBe(204)
  expect(await completed(holder, reservation.asset_id)).toMatchObject({ status: 'ready' })
  expect((await holder.call(`/assets/${reservation.asset_id}`)).status).toBe(200)
})

test('scopes are judged before the body: what is refused is not read', async () => {
  const reader = await holderOf(herbarium, 'assets:read')
  const refusal = await refusalIn(await reader.call('/assets', { method: 'POST', body: '{' }))
  expect(refusal).toMatchObject({ status: 403, code: 'forbidden' })
})

test('the operator is told what each scope opens: the table of the document is the one of the API', async () => {
  const text = await readFile(path.join(REPOSITORY, 'docs/operations.md'), 'utf8')
  for (const scope of GRANTED_SCOPES) expect(text).toContain(`\`${scope}\``)
  const rows = [...text.matchAll(/^\| `([A-Z]+) (\/\S+)` \| (.+) \|$/gm)]
  const told = rows.map(([, method, route, scopes = '']) => [`${method} ${route}`, scopes])
  const scopesOf = ({ scopes }: Operation) =>
    scopes.length === SCOPES.length ? 'any key' : scopes.map(scope => `\`${scope}\``).join(' or ')
  expect(Object.fromEntries(told)).toEqual(
    Object.fromEntries(operations.map(operation => [nameOf(operation), scopesOf(operation)])),
  )
})
