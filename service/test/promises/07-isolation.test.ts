// Promise 7, isolation: whatever takes an id, another tenant's is answered exactly as one that does not exist, and no
// answer holds anything of them. Every operation of the OpenAPI document is asked, in every place that takes an id:
// a new one cannot be forgotten. At length, in words: flows/tenants.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { filled, type Operation, operationsOf } from '../support/operations.ts'
import { newKey, send } from '../support/replays.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type Receiver, startReceiver } from '../support/start-receiver.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { stored, until, uploaded } from '../support/uploads.ts'

/** What an id may stand for, and how a foreign one is refused; a project that a list is filtered by gives no refusal. */
const REFUSED = {
  asset_id: 404,
  project_id: 404,
  webhook_id: 404,
  delivery_id: 404,
  workspace_id: 403,
  key_id: 403, // its operations administer the installation
  cursor: 400,
} as const
type Kind = keyof typeof REFUSED

/** One thing to put somewhere in a request. */
interface Place {
  where: 'path' | 'query' | 'application/json' | 'multipart/form-data'
  name: Kind
}

let herbarium: RunningService
let stranger: Tenant
/** Both are told of events at the same place, and keep to themselves what they hear. */
let receiver: Receiver
let victim: Tenant
let png: Buffer
/** Every id of the victim's, by what it stands for; the stranger has learned them all. */
let theirs: Record<Kind, string[]>
/** What no answer to the stranger may hold. */
let secrets: string[]
let operations: Operation[]
const heard: string[] = []

beforeAll(async () => {
  receiver = await startReceiver()
  herbarium = await startService({ environment: { RATE_LIMIT: 'off', WEBHOOK_ALLOW_HOSTS: 'localhost' } })
  png = await sampleBytes('i.png')
  ;[victim, stranger] = [await herbarium.newTenant(), await herbarium.newTenant()]
  operations = await operationsOf(herbarium.origin)
  const secret = { file_name: 'private-fern.png', folder: 'private-folder', 'metadata[private]': 'fact' }
  const { project_id } = await victim.client.projects.create({
    name: 'private-canvas',
    workspace_id: victim.workspaceId,
  })
  await victim.client.projects.create({ name: 'private-canvas too', workspace_id: victim.workspaceId })
  const ready = await stored(victim, { ...secret, project_id })
  await stored(victim, { ...secret, project_id })
  const pending = await reserve(victim, { file_name: 'private-pending.png', folder: 'private-folder' })
  const received = await uploaded({ ...herbarium, ...victim }, { file_name: 'private-received.png' })
  const failed = await stored(victim, secret, Buffer.from('private-words'))
  const told = await toldHook(victim)
  theirs = {
    webhook_id: [told.webhook_id],
    delivery_id: [told.delivery_id],
    asset_id: [ready, pending, received, failed].map(({ asset_id }) => asset_id),
    project_id: [project_id, project_id.replace('prj_', 'proj_')],
    workspace_id: [victim.workspaceId],
    key_id: (await herbarium.service.records.keys.list(victim.workspaceId)).map(({ id }) => id),
    cursor: await cursorsOf(project_id, told.webhook_id),
  }
  const tokens = [pending, received].map(({ upload }) => upload.token)
  const tickets = [pending, received].map(({ upload_url }) => upload_url.split('/uploads/')[1] ?? '')
  const mediaTokens = [ready, pending, received, failed].map(
    ({ url }) => url.split('/media/')[1]?.split('/')[0] ?? '',
  )
  secrets = [
    'private-',
    victim.apiKey,
    told.secret,
    ...Object.values(theirs).flat(),
    ...tickets,
    ...tokens,
    ...mediaTokens,
  ]
  expect(secrets.filter(text => text.length < 8)).toEqual([])
})
afterAll(async () => {
  await herbarium.close()
  await receiver.close()
})

/** The victim's place in each of its lists. */
async function cursorsOf(projectId: string, webhookId: string): Promise<string[]> {
  const assets = await victim.client.assets.list({ limit: 1 })
  const projects = await victim.client.projects.list({ workspace_id: victim.workspaceId, limit: 1 })
  const nodes = await victim.client.projects.listNodes(projectId, { limit: 1 })
  const deliveries = await deliveriesOf(victim, webhookId, '?limit=1')
  const cursors = [assets, projects, nodes, deliveries].map(page => page.meta.next_cursor ?? '')
  expect(cursors).not.toContain('')
  return cursors
}

interface Deliveries {
  deliveries: { delivery_id: string }[]
  meta: { next_cursor: string | null }
}

const deliveriesOf = async (tenant: Tenant, webhookId: string, query = ''): Promise<Deliveries> =>
  (await (await tenant.call(`/webhooks/${webhookId}/deliveries${query}`)).json()) as Deliveries

/** A webhook that was told of two events. */
async function toldHook(tenant: Tenant) {
  const created = await send(tenant, '/webhooks', { body: { url: receiver.url } })
  const { webhook_id, secret } = (await created.json()) as { webhook_id: string; secret: string }
  await stored(tenant)
  const { deliveries } = await until(
    () => deliveriesOf(tenant, webhook_id),
    found => found.deliveries.length > 1,
  )
  return { webhook_id, secret, delivery_id: deliveries[0]?.delivery_id ?? '' }
}

/** Where an operation takes ids. Throws for an id of a kind that this test does not know: tell it what it is. */
function placesOf({ inPath, inQuery, inBody }: Operation): Place[] {
  const named = (where: Place['where'], names: string[]) =>
    names
      .filter(name => /_id$|^id$|^cursor$|token|ticket/.test(name))
      .map(name => {
        if (!(name in REFUSED)) throw new Error(`what is another tenant's ${name}?`)
        return { where, name: name as Kind } // checked just now
      })
  return [
    ...named('path', inPath),
    ...named('query', inQuery),
    ...Object.entries(inBody).flatMap(([type, names]) => named(type as Place['where'], names)), // the two there are
  ]
}

/** Every operation that needs a key: uploads and media go by URLs that are secrets themselves. */
const keyed = () => operations.filter(({ path }) => path.startsWith('/api/v1/'))

/** What is for operators alone; the stranger is none. */
const administers = ({ scopes }: Operation) => scopes.join() === 'admin'

/** Of the stranger's own what an operation may be about. */
const belongings = async (path: string) => ({
  asset_id: (await stored(stranger)).asset_id,
  project_id: (await stranger.client.projects.create({ name: 'mine', workspace_id: stranger.workspaceId }))
    .project_id,
  ...(path.includes('{webhook_id}') ? await toldHook(stranger) : {}),
})

/** A request that is right in all things, with this value in this place. */
async function ask(operation: Operation, place?: Place, value = ''): Promise<Response> {
  const { method, path, inQuery, inBody } = operation
  const { workspaceId: workspace_id } = stranger
  const own = { workspace_id, ...(administers(operation) ? {} : await belongings(path)) }
  const at = (where: Place['where']) => (place?.where === where ? { [place.name]: value } : {})
  const query = { ...(inQuery.includes('workspace_id') ? { workspace_id } : {}), ...at('query') }
  const parts = { ...own, ...at('path') }
  const target = `${filled(path.replace('/api/v1', ''), parts)}?${new URLSearchParams(query)}`
  const fields = {
    workspace_id,
    name: 'n',
    retention: 'standard',
    source: 'signed-url',
    assets: [{}],
    url: receiver.url,
  }
  const known = (type: Place['where']) =>
    Object.entries(fields).filter(([name]) => inBody[type]?.includes(name))
  if (place?.where === 'multipart/form-data') {
    const form = new FormData()
    for (const [name, text] of Object.entries({
      ...Object.fromEntries(known(place.where)),
      ...at(place.where),
    }))
      form.set(name, String(text))
    form.append('file', new Blob([new Uint8Array(png)]))
    return stranger.call(target, { method, body: form })
  }
  const body = { ...Object.fromEntries(known('application/json')), ...at('application/json') }
  return send(stranger, target, method === 'GET' ? { method } : { method, body })
}

/** All that an answer tells, but for what differs between any two. */
async function told(response: Response) {
  const headers = Object.fromEntries(response.headers)
  const { date: _date, 'request-id': _requestId, ...rest } = headers
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
  const answer = { status: response.status, headers: rest, body: isStream ? '' : await response.text() }
  if (isStream) void response.body?.cancel() // it ends once the copy that was checked is collected
  heard.push(JSON.stringify(answer), JSON.stringify(headers))
  return answer
}

const missing: Record<Kind, string> = {
  asset_id: 'asset_0000000000000000',
  project_id: 'prj_0000000000000000',
  webhook_id: 'whk_0000000000000000',
  delivery_id: 'whd_0000000000000000',
  workspace_id: 'ws_0000000000000000',
  key_id: 'key_0000000000000000',
  cursor: 'AAAAAAAAAAAAAAAAAAAAAAAA',
}

/** Everything the victim could see of its own things. */
const viewOfVictim = async () => [
  await victim.client.assets.list(),
  await victim.client.projects.list({ workspace_id: victim.workspaceId }),
  await victim.client.projects.listNodes(theirs.project_id[0] ?? ''),
  await herbarium.service.records.assets.usage(victim.workspaceId),
  await herbarium.service.records.workspaces.find(victim.workspaceId),
  (await herbarium.service.records.keys.list(victim.workspaceId)).map(key => ({ ...key, lastUsedAt: 0 })),
]

test('in every place that takes an id a foreign one is told what a missing one is, and nothing is touched', async () => {
  const before = await viewOfVictim()
  let places = 0
  for (const operation of keyed())
    for (const place of placesOf(operation)) {
      places++
      const what = `${operation.method} ${operation.path} with a foreign ${place.name} in ${place.where}`
      const expected = await told(await ask(operation, place, missing[place.name]))
      const isFilter = place.where === 'query' && place.name === 'project_id'
      const refused = administers(operation) ? 403 : REFUSED[place.name]
      expect({ [what]: expected.status }).toEqual({ [what]: isFilter ? 200 : refused })
      for (const id of theirs[place.name])
        expect({ [what]: await told(await ask(operation, place, id)) }).toEqual({ [what]: expected })
    }
  expect(places).toBeGreaterThanOrEqual(37)
  expect(await viewOfVictim()).toEqual(before)
})

test("the same requests with the stranger's own ids are not refused for them", async () => {
  for (const operation of keyed().filter(one => !administers(one))) {
    const { status } = await told(await ask(operation))
    expect(status, `${operation.method} ${operation.path}`).toBeOneOf([200, 201, 204, 409])
  }
})

test('what administers the installation is forbidden to the stranger, about its own things too', async () => {
  const before = await viewOfVictim()
  const forOperators = keyed().filter(administers)
  expect(forOperators.length).toBeGreaterThanOrEqual(9)
  for (const operation of forOperators)
    expect((await told(await ask(operation))).status, `${operation.method} ${operation.path}`).toBe(403)
  expect(await viewOfVictim()).toEqual(before)
})

test('no search, no filter and no key of a request reaches over', async () => {
  const key = newKey()
  const project = { name: 'keyed alike', workspace_id: victim.workspaceId }
  expect((await send(victim, '/projects', { key, body: project })).status).toBe(201)
  const mine = await send(stranger, '/projects', {
    key,
    body: { ...project, workspace_id: stranger.workspaceId },
  })
  expect(mine.headers.get('idempotent-replayed')).toBeNull()
  for (const query of ['fern', 'pending', '%', '_', '*', '"', "' or 1=1 --", '%25'])
    for (const path of [
      `/assets?query=${encodeURIComponent(query)}`,
      `/projects?workspace_id=${stranger.workspaceId}&query=${encodeURIComponent(query)}`,
    ])
      expect((await told(await stranger.call(path))).status).toBe(200)
  for (const filter of ['folder=private-folder', 'metadata.private=fact', 'status=ready', 'type=image'])
    expect((await told(await stranger.call(`/assets?limit=100&${filter}`))).status).toBe(200)
})

test("a canvas's page tells nobody what is on it", async () => {
  const page = async (id: string) =>
    (await (await fetch(`${herbarium.origin}/projects/${id}`)).text()).replaceAll(id, '')
  expect(await page(theirs.project_id[0] ?? '')).toBe(await page(missing.project_id))
})

test('no answer that the stranger has heard holds an id, a name, a token or a byte of the victim', () => {
  expect(heard.length).toBeGreaterThan(80)
  expect(heard.filter(text => secrets.some(secret => text.includes(secret)))).toEqual([])
})
