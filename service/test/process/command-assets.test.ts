// `herbarium list`, `get` and `import`: the real commands against a real server, its media behind somebody else's cache.

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { reserve } from '../support/reserve.ts'
import { linesOf } from '../support/run-herbarium.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { openShell, type Shell } from '../support/shell-of.ts'
import { allow } from '../support/signed-tenant.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { stored } from '../support/uploads.ts'

vi.setConfig({ testTimeout: 180_000 }) // processes take their time on a busy machine

let internet: Internet
let cache: Server
let answerFile: RequestListener
let herbarium: RunningService
let tenant: Tenant
let shell: Shell
let png: Buffer
beforeAll(async () => {
  png = await sampleBytes('i.png')
  internet = await startInternet()
  cache = createServer((request, response) => answerFile(request, response))
  await new Promise<void>(resolve => cache.listen(0, '127.0.0.1', resolve))
  const address = cache.address()
  const port = typeof address === 'object' && address ? address.port : 0
  herbarium = await startService({
    environment: { ...internet.environment, MEDIA_URL: `http://127.0.0.1:${port}` },
    world: { remote: internet.world },
  })
})
beforeEach(async () => {
  tenant = await herbarium.newTenant()
  shell = await openShell({ baseUrl: `${herbarium.origin}/api/v1`, apiKey: tenant.apiKey })
  answerFile = async (request, response) => {
    const served = await fetch(`${herbarium.origin}${request.url}`)
    response.writeHead(served.status).end(Buffer.from(await served.arrayBuffer()))
  }
})
afterEach(() => shell.close())
afterAll(async () => {
  cache.close()
  await herbarium.close()
  await internet.close()
})

const idsIn = (said: Record<string, unknown>[]) => said.map(({ asset_id }) => asset_id)

test('list shows the newest first, as many as were asked for, of those that fit', async () => {
  const { project_id } = await tenant.client.projects.create({ name: 'p', workspace_id: tenant.workspaceId })
  const fern = await stored(tenant, { file_name: 'fern.png', folder: 'herbs', project_id })
  const moss = await stored(tenant, { file_name: 'moss.wav' }, wavOf(1000))
  const pending = await reserve(tenant, { file_name: 'later.png' })
  const ids = [pending, moss, fern].map(({ asset_id }) => asset_id)
  const lines = async (...args: string[]) => idsIn((await shell.lines('list', ...args)).said)
  expect(await lines()).toEqual(ids)
  expect(await lines('--limit', '2')).toEqual(ids.slice(0, 2))
  expect(await lines('--query', 'FERN')).toEqual([fern.asset_id])
  expect(await lines('--type', 'audio')).toEqual([moss.asset_id])
  expect(await lines('--status', 'pending_upload')).toEqual([pending.asset_id])
  expect(await lines('--folder', 'herbs')).toEqual([fern.asset_id])
  expect(await lines('--project', project_id)).toEqual([fern.asset_id])
  const { code, stdout, stderr } = await shell.herbarium('list')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(linesOf(stdout)).toEqual([
    expect.stringMatching(new RegExp(`^${pending.asset_id} +pending_upload +- +\\S+ +later\\.png$`)),
    expect.stringMatching(new RegExp(`^${moss.asset_id} +ready +1\\.\\d+ kB +audio/wav +moss\\.wav$`)),
    expect.stringMatching(new RegExp(`^${fern.asset_id} +ready +39\\.4 kB +image/png +herbs/fern\\.png$`)),
  ])
})

test('list --all goes on over every page', async () => {
  const response = await tenant.call('/assets/batch', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ workspace_id: tenant.workspaceId, assets: Array(50).fill({}) }),
  })
  expect(response.status).toBe(200)
  for (let n = 0; n < 55; n++) await reserve(tenant)
  expect((await shell.lines('list')).said).toHaveLength(20)
  expect(new Set(idsIn((await shell.lines('list', '--all')).said)).size).toBe(105)
})

test('get shows an asset, and saves its file whole: to a file, into a folder, to stdout', async () => {
  const { asset_id, url } = await stored(tenant, { file_name: 'fern.png', 'metadata[rare]': 'yes' })
  const { stdout } = await shell.herbarium('get', asset_id)
  expect(stdout).toMatch(/^name +fern\.png$/m)
  expect(stdout).toMatch(/^size +39\.4 kB \(\d+ bytes\)$/m)
  expect(stdout).toMatch(/^metadata\.rare yes$/m)
  expect((await shell.lines('get', asset_id)).said).toMatchObject([{ asset_id, url, status: 'ready' }])
  const target = path.join(shell.folder, 'copy.png')
  await writeFile(target, 'what was there before')
  expect((await shell.herbarium('get', asset_id, '-o', target)).code).toBe(0)
  expect((await readFile(target)).equals(png)).toBe(true)
  const saved = await shell.lines('get', asset_id, '-o', shell.folder)
  expect(saved.said).toMatchObject([{ asset_id, file: path.join(shell.folder, 'fern.png') }])
  expect((await readdir(shell.folder)).sort()).toEqual(['copy.png', 'fern.png'])
  const piped = await stored(tenant, {}, wavOf(3_000_000))
  const { code, stdout: bytes } = await shell.herbarium('get', piped.asset_id, '-o', '-')
  expect({ code, isWav: bytes.startsWith('RIFF') }).toEqual({ code: 0, isWav: true })
})

test('get saves the file also where media are private', async () => {
  await allow(herbarium, tenant, 'signed')
  const { asset_id } = await stored(tenant, { file_name: 'fern.png' })
  const target = path.join(shell.folder, 'private.png')
  expect((await shell.herbarium('get', asset_id, '-o', target)).code).toBe(0)
  expect((await readFile(target)).equals(png)).toBe(true)
})

test.each<[string, RequestListener, RegExp]>([
  ['ends too early', (_, response) => response.end(png.subarray(0, 1000)), /Only 1000 of \d+ bytes arrived/],
  [
    'goes on too long',
    (_, response) => response.end(Buffer.concat([png, png])),
    /Only \d+ of \d+ bytes arrived/,
  ],
  [
    'breaks',
    (_, response) => response.write(png.subarray(0, 1000), () => response.destroy()),
    /Only \d+ of \d+ bytes/,
  ],
  ['is not there', (_, response) => response.writeHead(404).end(), /answered 404 for the file/],
])('a file that %s is not saved, and what was there before stays', async (_what, answer, reason) => {
  const { asset_id } = await stored(tenant, { file_name: 'fern.png' })
  const target = path.join(shell.folder, 'copy.png')
  await writeFile(target, 'what was there before')
  answerFile = answer
  const { code, stdout, stderr } = await shell.herbarium('get', asset_id, '-o', target)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(linesOf(stderr)).toEqual([expect.stringMatching(reason)])
  expect(await readdir(shell.folder)).toEqual(['copy.png'])
  expect(await readFile(target, 'utf8')).toBe('what was there before')
  expect((await shell.herbarium('get', asset_id, '-o', '-')).code).toBe(1)
})

test('get says what is wrong: no such asset, no file yet, nowhere to save, two outputs', async () => {
  const [{ asset_id }, pending] = [await stored(tenant), await reserve(tenant)]
  const failed = await stored(tenant, {}, Buffer.from('words'))
  const nowhere = path.join(shell.folder, 'none/a.png')
  for (const [args, reason] of [
    [['asset_nope'], /not_found: There is no such asset/],
    [[pending.asset_id, '-o', nowhere], /is pending_upload and has no file/],
    [[failed.asset_id, '-o', nowhere], /is failed and has no file: .*upload one of/],
    [[asset_id, '-o', nowhere], /none\/a\.png: cannot be written \(ENOENT\)/],
    [[asset_id, '-o', '-', '--json'], /--json and -o -/],
  ] as const) {
    const { code, stdout, stderr } = await shell.herbarium('get', ...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(linesOf(stderr)).toEqual([expect.stringMatching(reason)])
  }
  expect(await readdir(shell.folder)).toEqual([])
})

test('import has each URL of a list fetched, and says of each that failed why, and where it stands', async () => {
  internet.answer = (request, response) =>
    request.url?.includes('.png') ? response.end(png) : response.writeHead(404).end()
  const good = internet.url('files.example.com', '/herbs/fern%20leaf.png?size=1')
  const gone = internet.url('files.example.com', '/gone.jpg')
  const list = path.join(shell.folder, 'urls.txt')
  await writeFile(list, `# herbs\r\n${good}\r\n\r\n  ${gone}\nhttp://files.example.com/a.png\n`)
  const { code, stdout, stderr } = await shell.herbarium('import', list, '--folder', 'july')
  expect(code).toBe(1)
  expect(linesOf(stdout)).toEqual([expect.stringContaining(`${good}  ready  http`)])
  expect(linesOf(stderr)).toEqual([
    expect.stringMatching(/^herbarium: line 4: .*gone\.jpg: .*404/),
    expect.stringMatching(/^herbarium: line 5: http:.*: input_validation_error: source: /),
  ])
  const [asset] = (await shell.lines('list', '--status', 'ready')).said
  expect(asset).toMatchObject({ name: 'fern leaf.png', folder: 'july', uploaded_via: 'url' })
  const again = await shell.lines('import', list)
  expect(again.said).toHaveLength(3)
  expect(again.said).toContainEqual(expect.objectContaining({ source: good, status: 'ready' }))
  expect(again.said).toContainEqual({
    source: gone,
    asset_id: expect.stringMatching(/^asset_/),
    error: { code: 'failed_verification', message: expect.stringContaining('404') },
  })
})

test('import of a list that is not there says so', async () => {
  const { code, stderr } = await shell.herbarium('import', path.join(shell.folder, 'none.txt'))
  expect(code).toBe(1)
  expect(linesOf(stderr)).toEqual([expect.stringMatching(/none\.txt: cannot be read \(ENOENT\)/)])
})
