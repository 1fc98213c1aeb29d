// The operator's commands that let people in, against the folder of a server that runs meanwhile.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { clientOf, firstTenant, type ProcessTenant } from '../support/process-tenant.ts'
import { linesOf, runHerbarium } from '../support/run-herbarium.ts'
import { type RunningProcess, startProcess } from '../support/start-process.ts'

vi.setConfig({ testTimeout: 60_000 }) // processes take their time on a busy machine

interface MadeKey {
  key_id: string
  api_key: string
  name: string
  scopes: string[]
  expires_at: number | null
}

const DAY_MS = 86_400_000

let server: RunningProcess
let tenant: ProcessTenant
beforeAll(async () => {
  server = await startProcess()
  tenant = await firstTenant(server)
})
afterAll(() => server.close())

const herbarium = (...args: string[]) => runHerbarium(args, { DATA_DIR: server.dataDir })

/** The one JSON object that a command printed, and nothing else. */
async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await herbarium(...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(linesOf(stdout)).toHaveLength(1)
  return JSON.parse(stdout)
}

async function prose(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await herbarium(...args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

async function refusedOf(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await herbarium(...args)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  return stderr
}

test('key create gives scopes and a life, which the server holds to and key list shows', async () => {
  const before = Date.now()
  const words = ['--name', 'reader', '--scope', 'assets:read', 'projects:write', '--expires-in', '90d']
  const made = await json<MadeKey>('key', 'create', ...words)
  expect(made).toMatchObject({ name: 'reader', scopes: ['assets:read', 'projects:write'] })
  expect((made.expires_at ?? 0) - before).toBeGreaterThanOrEqual(90 * DAY_MS)
  const client = clientOf(server, made.api_key)
  expect((await client.assets.list()).assets).toEqual([])
  const reserving = client.assets.create({ source: 'signed-url', workspace_id: tenant.workspaceId })
  await expect(reserving).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('assets:write'),
  })
  const day = new Date(made.expires_at ?? 0).toISOString().slice(0, 10)
  const line = linesOf(await prose('key', 'list')).find(text => text.startsWith(made.key_id))
  expect(line).toMatch(
    new RegExp(`active .*live  assets:read,projects:write  expires ${day}T.* used never  reader$`),
  )
})

test('key rotate shows a successor once, and both open until the overlap is over', async () => {
  const old = await json<MadeKey>('key', 'create', '--name', 'backend')
  const shown = await prose('key', 'rotate', old.key_id, '--overlap', '2h')
  const [successor = ''] = /sk_live_[\w-]{43}/.exec(shown) ?? []
  for (const key of [old.api_key, successor])
    expect((await clientOf(server, key).workspaces.list()).workspaces).toHaveLength(1)
  const listed = linesOf(await prose('key', 'list'))
  expect(listed.filter(line => line.endsWith('backend'))).toHaveLength(2)
  expect(listed.find(line => line.startsWith(old.key_id))).toMatch(/active .*expires \d{4}-/)
  expect(await refusedOf('key', 'rotate', old.key_id)).toMatch(
    /^herbarium: .*rotated already: its successor is key_/,
  )
})

test('without an overlap key rotate closes the old key at once', async () => {
  const old = await json<MadeKey>('key', 'create')
  const made = await json<MadeKey & { replaces: { key_id: string } }>(
    'key',
    'rotate',
    old.key_id,
    '--overlap',
    '0s',
  )
  expect(made.replaces.key_id).toBe(old.key_id)
  await expect(clientOf(server, old.api_key).workspaces.list()).rejects.toMatchObject({ status: 401 })
  expect((await clientOf(server, made.api_key).workspaces.list()).workspaces).toHaveLength(1)
})

test('workspace create, update and usage speak of sizes as people do', async () => {
  const made = await json<{ workspace_id: string }>(
    'workspace',
    'create',
    '--name',
    'Team',
    '--quota',
    '10GB',
  )
  expect(made).toMatchObject({ name: 'Team', quota_bytes: 10_000_000_000, media_access: 'public' })
  const id = made.workspace_id
  expect(await prose('workspace', 'update', id, '--name', 'Brand', '--quota', '1.5MB')).toBe(
    `${id}  live  public  quota 1.50 MB  Brand\n`,
  )
  expect(await json('workspace', 'update', id, '--media-access', 'signed', '--quota', 'none')).toMatchObject({
    name: 'Brand',
    quota_bytes: null,
    media_access: 'signed',
  })
  expect(await json('workspace', 'usage', id)).toEqual({
    workspace_id: id,
    assets: 0,
    bytes: 0,
    open_uploads: 0,
    quota_bytes: null,
    remaining_bytes: null,
  })
  expect(await prose('workspace', 'usage', id)).toBe('assets 0, open uploads 0, bytes 0 B (no quota)\n')
})

test.each<[string, RegExp]>([
  ['key create --scope assets', /scopes: must be one or more of \*, assets:read, .*admin/],
  ['key create --expires-in 90', /'--expires-in <duration>' argument '90' is invalid.*90d, 24h, 15m or 30s/],
  ['key create --expires-in 4000d', /expires_at: must lie in the future and at most 10 years ahead/],
  ['key rotate key_nope', /There is no such key/],
  ['key rotate key_nope --overlap 91d', /overlap_seconds: must be from 0 to 7776000/],
  ['workspace create --name x --quota ten', /'--quota <size>' argument 'ten' is invalid.*10GB/],
  ['workspace update ws_nope --name x', /There is no such workspace/],
  ['workspace update ws_nope --media-access secret', /Allowed choices are public, signed/],
  ['workspace usage ws_nope', /There is no such workspace/],
])('"herbarium %s" ends with 1 and says what is wrong', async (words, said) => {
  const where = words.startsWith('key create') ? ['--workspace', tenant.workspaceId] : []
  expect(await refusedOf(...words.split(' '), ...where)).toMatch(said)
})
