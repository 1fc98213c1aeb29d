// The commands that documents show, run as they stand against a server in a process of its own.
import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstTenant, type ProcessTenant } from '../support/process-tenant.ts'
import { runHerbarium } from '../support/run-herbarium.ts'
import { samplePath } from '../support/samples.ts'
import { cleanEnvironment, REPOSITORY, type RunningProcess, startProcess } from '../support/start-process.ts'

let server: RunningProcess
let tenant: ProcessTenant
beforeAll(async () => {
  await promisify(execFile)('jq', ['--version']).catch(cause => {
    throw new Error("jq is missing, which the documents' commands need: install Debian's jq", { cause })
  })
  server = await startProcess()
  tenant = await firstTenant(server)
})
afterAll(() => server.close())

/** The blocks of a language below a heading, or of the whole document. */
async function blocksOf(document: string, language: string, heading?: string): Promise<string[]> {
  const text = await readFile(path.join(REPOSITORY, document), 'utf8')
  const from = heading === undefined ? 0 : text.indexOf(`\n## ${heading}\n`)
  const to = heading === undefined ? text.length : text.indexOf('\n## ', from + 1)
  const fences = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms')
  const blocks = [...text.slice(from, to).matchAll(fences)].map(([, block = '']) => ours(block))
  expect(blocks).not.toEqual([])
  return blocks
}

/** What a reader puts in the place of dots. */
const ours = (text: string): string =>
  text
    .replaceAll('ws_...', tenant.workspaceId)
    .replaceAll('prj_...', tenant.projectId)
    .replaceAll('sk_live_...', tenant.apiKey)

async function scriptOf(document: string, heading?: string): Promise<string> {
  return (await blocksOf(document, 'sh', heading)).join('\n')
}

const environment = () =>
  cleanEnvironment({
    PATH: [path.dirname(process.execPath), path.join(REPOSITORY, 'node_modules/.bin'), process.env.PATH].join(
      ':',
    ),
    FLORA_BASE_URL: `${server.origin}/api/v1`,
    FLORA_API_KEY: tenant.apiKey,
  })

const run = (script: string, cwd: string) =>
  promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd, env: environment() })

/** As a module of an application that has the packages of this clone. */
const runModule = (code: string) =>
  promisify(execFile)(
    process.execPath,
    ['--conditions', 'herbarium-source', '--input-type', 'module', '--eval', code],
    { cwd: path.join(REPOSITORY, 'service'), env: environment() },
  )

const reserve = () =>
  tenant.client.assets.create({
    source: 'signed-url',
    workspace_id: tenant.workspaceId,
    file_name: 'docs.png',
  })

test('the guide goes from its first command to its last', async () => {
  const { stdout } = await run(await scriptOf('docs/guide.md'), REPOSITORY)
  expect(stdout).toContain(`${server.origin}/projects/${tenant.projectId}`)
  const { assets } = await tenant.client.assets.list()
  expect(assets).toMatchObject([{ name: 'moss.png', status: 'pending_upload' }])
})

test('the curl lines of uploads.md send a file in each of three ways, and complete it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-docs-'))
  try {
    await copyFile(samplePath('a.wav'), path.join(folder, 'take.wav'))
    const script = await scriptOf('docs/uploads.md', 'With curl')
    const { stdout } = await run(script, folder)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'ready' })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('the dry run says what the file would be', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-docs-'))
  try {
    await copyFile(samplePath('a.wav'), path.join(folder, 'take.wav'))
    const { stdout } = await run(await scriptOf('docs/uploads.md', 'Asking first'), folder)
    expect(JSON.parse(stdout)).toMatchObject({ dry_run: true, would: { asset: { status: 'ready' } } })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('the lines on retention make an asset that goes, and then keep it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-docs-'))
  try {
    await copyFile(samplePath('a.wav'), path.join(folder, 'take.wav'))
    const { stdout } = await run(await scriptOf('docs/uploads.md', 'How long an asset is kept'), folder)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'ready', retention: 'pinned', delete_at: null })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test("the README's first commands upload a picture, and so does its program", async () => {
  const [, start = '', curl = ''] = await blocksOf('README.md', 'sh', 'Start')
  const address = /^export FLORA_BASE_URL=.*$/m // the server of this test has a port of its own
  expect((await run(start.replace(address, ''), REPOSITORY)).stdout).toContain(`${server.origin}/media/`)
  expect(JSON.parse((await run(curl, REPOSITORY)).stdout)).toMatchObject({ status: 'ready' })
  const [program = ''] = await blocksOf('README.md', 'ts', 'Start')
  expect((await runModule(program.replace('docs/', '../docs/'))).stdout).toContain(`${server.origin}/media/`)
})

test('the lines for a page with an upload token bring its file and complete it', async () => {
  const [page = ''] = await blocksOf('docs/uploads.md', 'js', 'From a browser, with an upload token')
  const { asset_id, upload, upload_url } = await reserve()
  const given = { baseUrl: `${server.origin}/api/v1`, asset_id, upload, upload_url }
  await runModule(`import { openAsBlob } from 'node:fs'
    const { baseUrl, asset_id, upload, upload_url } = ${JSON.stringify(given)}
    const file = await openAsBlob('../docs/sample.png')
    ${page}`)
  expect(await tenant.client.assets.retrieve(asset_id)).toMatchObject({ status: 'ready' })
})

test("the operator's lines make a workspace with a key, rotate the key and end it", async () => {
  const made = ['key', 'create', '--scope', 'admin', '--json']
  const { stdout: key } = await runHerbarium(made, { DATA_DIR: server.dataDir })
  const [, , lines = ''] = await blocksOf('docs/operations.md', 'sh', 'Letting people in')
  const script = `FLORA_API_KEY=${JSON.parse(key).api_key}\n${lines}`
  const { stdout } = await run(script, REPOSITORY)
  expect(stdout).toContain('"status":"active"')
  expect(stdout).toContain('"name":"Brand team"')
  expect(stdout).toMatch(/"open_uploads":0,"quota_bytes":null,"remaining_bytes":null\}$/)
})

test('the batch reserves what can be reserved and says what is wrong with the rest', async () => {
  const { stdout } = await run(await scriptOf('docs/uploads.md', 'Many at once'), REPOSITORY)
  expect(JSON.parse(stdout)).toMatchObject({ results: [{ status: 201 }, { status: 400 }] })
})

test('the lines for tus-js-client bring a file', async () => {
  const [lines = ''] = await blocksOf('docs/uploads.md', 'js', 'With tus-js-client')
  const reservation = await reserve()
  const { stdout } = await runModule(`import { readFileSync } from 'node:fs'
    const file = readFileSync('../docs/sample.png')
    const reservation = ${JSON.stringify(reservation)}
    ${lines}`)
  expect(stdout).toContain('now complete the asset')
  expect(await tenant.client.assets.complete(reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test("the command's lines upload, list and get", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-docs-'))
  try {
    await copyFile(samplePath('a.wav'), path.join(folder, 'take.wav'))
    await copyFile(samplePath('i.png'), path.join(folder, 'fern.png'))
    const [lines = ''] = await blocksOf('docs/uploads.md', 'sh', 'On the command line')
    const [upload = '', list = '', get = ''] = lines.split('\n') // the last one asks the internet
    await run(upload, folder)
    await run(list, folder)
    const { assets } = await tenant.client.assets.list({ query: 'fern' })
    await run(get.replace('asset_...', assets[0]?.asset_id ?? ''), folder)
    expect(assets).toMatchObject([{ name: 'fern.png', status: 'ready', project_id: tenant.projectId }])
  } finally {
    await rm(folder, { recursive: true })
  }
})

test("the client's first program uploads a file and lists it", async () => {
  const [first = '', , , list = ''] = await blocksOf('client/README.md', 'ts')
  const program = first.replace('take.wav', samplePath('a.wav')).replace(/^toInput\(.*$/m, '') // whose URLs must be https, as this server's are not
  const { stdout } = await runModule(`${program}\n${list.replace('image', 'audio')}`)
  expect(stdout).toMatch(/^ready \d+ \d+$/m)
  expect(stdout).toContain(`a.wav ${server.origin}/media/`)
})
