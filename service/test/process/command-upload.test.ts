// `herbarium upload`: the real command against a real server, over networks that break and through interruptions.
import { spawn } from 'node:child_process'
import { copyFile, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { linesOf, type Outcome, runHerbarium } from '../support/run-herbarium.ts'
import { samplePath, wavOf } from '../support/samples.ts'
import { openShell, type Shell } from '../support/shell-of.ts'
import { cleanEnvironment, type Environment, LAUNCHER, watch } from '../support/start-process.ts'
import {
  expectServedBy,
  type ServerBehindProxy,
  startServerBehindProxy,
} from '../support/start-server-behind-proxy.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 }) // processes take their time on a busy machine

const MB = 1_000_000

describe('with a server that is well', () => {
  let herbarium: RunningService
  let tenant: Tenant
  let shell: Shell
  beforeAll(async () => {
    herbarium = await startService()
  })
  beforeEach(async () => {
    tenant = await herbarium.newTenant()
    shell = await openShell({ baseUrl: `${herbarium.origin}/api/v1`, apiKey: tenant.apiKey })
  })
  afterEach(() => shell.close())
  afterAll(() => herbarium.close())

  const listed = async () => (await tenant.client.assets.list({ limit: 100 })).assets

  test('files become ready assets on a canvas, in a folder, one a line', async () => {
    const { project_id } = await tenant.client.projects.create({
      name: 'p',
      workspace_id: tenant.workspaceId,
    })
    const files = [samplePath('i.png'), samplePath('v.mp4')]
    const { code, said } = await shell.lines('upload', ...files, '--project', project_id, '--folder', 'july')
    expect(code).toBe(0)
    expect(said.map(({ file }) => file).sort()).toEqual(files)
    const video = said.find(({ file }) => file === files[1])
    expect(video).toMatchObject({ status: 'ready', name: 'v.mp4', folder: 'july', content_type: 'video/mp4' })
    const served = await fetch(String(video?.url))
    expect(Buffer.from(await served.arrayBuffer()).equals(await readFile(samplePath('v.mp4')))).toBe(true)
    const placed = await tenant.client.assets.list({ project_id })
    expect(placed.assets).toHaveLength(2)
  })

  test('for a person there is a line a file; what fails ends it with 1 and its reason, and harms no other', async () => {
    const files = [samplePath('svg.png'), '/nowhere/a.png', shell.folder, samplePath('i.webp')]
    const { code, stdout, stderr } = await shell.herbarium('upload', ...files)
    expect(code).toBe(1)
    expect(linesOf(stdout)).toEqual([expect.stringMatching(/i\.webp {2}ready {2}http/)])
    expect(linesOf(stderr)).toEqual([
      expect.stringMatching(/^herbarium: .*svg\.png: .*upload one of/),
      expect.stringMatching(/^herbarium: \/nowhere\/a\.png: cannot be read \(ENOENT\)/),
      expect.stringMatching(/^herbarium: .*work-\w+: is a folder: add --recursive/),
    ])
  })

  test('a script is told of each file that fails on a line of its own', async () => {
    const { code, said } = await shell.lines('upload', samplePath('svg.png'), '/nowhere/a.png')
    expect(code).toBe(1)
    expect(said).toContainEqual({ file: '/nowhere/a.png', error: { message: 'cannot be read (ENOENT)' } })
    expect(said.find(({ file }) => file === samplePath('svg.png'))).toMatchObject({
      error: { code: 'failed_verification', message: expect.stringContaining('upload one of') },
      asset_id: expect.stringMatching(/^asset_/),
    })
  })

  test('--recursive uploads what is in a folder: subfolders become folders, hidden files stay', async () => {
    const top = path.join(shell.folder, 'pics')
    await mkdir(path.join(top, 'a/b'), { recursive: true })
    await mkdir(path.join(top, '.git'))
    for (const name of ['i.png', 'a/i.png', 'a/b/i.png', '.hidden.png', '.git/i.png'])
      await copyFile(samplePath('i.png'), path.join(top, name))
    await symlink(top, path.join(top, 'a/loop'))
    const { code } = await shell.lines('upload', top, '--recursive', '--folder', 'shoot', '--parallel', '2')
    expect(code).toBe(0)
    const assets = await listed()
    const said = assets.map(asset => `${(asset as unknown as { folder: string }).folder}/${asset.name}`)
    expect(said.sort()).toEqual(['shoot/a/b/i.png', 'shoot/a/i.png', 'shoot/i.png'])
  })

  test('says in one line what stopped it, and asks for nothing more', async () => {
    const file = samplePath('i.png')
    const { environment } = shell
    const upload = (over: Environment) => runHerbarium(['upload', file], { ...environment, ...over }, 60_000)
    const outcomes: [() => Promise<Outcome>, RegExp][] = [
      [
        () => shell.herbarium('upload', file, '--project', 'prj_nope'),
        /^herbarium: .*i\.png: not_found: .*project/,
      ],
      [() => shell.herbarium('upload', file, '--workspace', 'ws_nope'), /^herbarium: .*forbidden: /],
      [
        () => upload({ FLORA_BASE_URL: 'http://127.0.0.1:9/api/v1' }),
        /^herbarium: http:\/\/127\.0\.0\.1:9 cannot be reached.* Is the server running there\?/,
      ],
      [
        () => upload({ FLORA_BASE_URL: herbarium.origin }),
        /^herbarium: .*baseUrl: must be an absolute URL that ends in \/api\/v1/,
      ],
      [() => upload({ FLORA_API_KEY: 'sk_live_wrong' }), /^herbarium: invalid_api_key: /],
      [() => upload({ FLORA_API_KEY: '', DATA_DIR: shell.folder }), /^herbarium: Set FLORA_API_KEY/],
    ]
    for (const [outcome, line] of outcomes) {
      const { code, stdout, stderr } = await outcome()
      expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: '' })
      expect(linesOf(stderr)).toEqual([expect.stringMatching(line)])
    }
    expect(await listed()).toEqual([])
  })
})

describe('over a network that breaks', () => {
  const wav = wavOf(24 * MB, 3)
  let server: ServerBehindProxy
  let shell: Shell
  let file: string
  const start = async (everyBytes: number) => {
    server = await startServerBehindProxy({ everyBytes, serverSees: 'end' })
    shell = await openShell({ baseUrl: `${server.proxy.origin}/api/v1`, apiKey: server.apiKey })
    file = path.join(shell.folder, 'take.wav')
    await writeFile(file, wav)
  }
  afterEach(async () => {
    await shell?.close()
    await server?.close()
  })

  const states = async () => {
    const folder = path.join(String(shell.environment.XDG_STATE_HOME), 'herbarium/uploads')
    return (await readdir(folder).catch(() => [])).map(name => path.join(folder, name))
  }

  test('a large file arrives whole, and hardly a byte of it twice', async () => {
    await start(5 * MB)
    const { code, said } = await shell.lines('upload', file)
    expect(code).toBe(0)
    expect(server.proxy.cuts()).toBeGreaterThanOrEqual(4)
    expect(server.proxy.forwardedBytes()).toBeLessThan(1.5 * wav.length)
    await expectServedBy(server, String(said[0]?.asset_id), wav)
    expect(await states()).toEqual([])
  })

  test.each(['SIGKILL', 'SIGINT'] as const)(
    'an upload that %s cut off goes on by the same command',
    async signal => {
      await start(1000 * MB)
      const run = watch(process.execPath, [LAUNCHER, 'upload', file], {
        env: cleanEnvironment(shell.environment),
      })
      await server.proxy.forwarded(10 * MB)
      run.child.kill(signal)
      const exit = await run.exited
      expect(exit).toEqual(signal === 'SIGKILL' ? { code: null, signal } : { code: 1, signal: null })
      if (signal === 'SIGINT') expect(run.stderr()).toMatch(/^herbarium: Interrupted\. .*uploaded again\.\n$/)
      const [state = ''] = await states()
      const { asset_id } = JSON.parse(await readFile(state, 'utf8'))
      expect((await stat(state)).mode & 0o777).toBe(0o600)
      expect((await stat(path.dirname(state))).mode & 0o777).toBe(0o700)
      const before = server.proxy.forwardedBytes()
      const { code, said } = await shell.lines('upload', file)
      expect({ code, said }).toMatchObject({ code: 0, said: [{ asset_id, status: 'ready' }] })
      expect(server.proxy.forwardedBytes() - before).toBeLessThan(wav.length - 5 * MB)
      expect((await server.client.assets.list()).assets).toHaveLength(1)
      await expectServedBy(server, asset_id, wav)
      expect(await states()).toEqual([])
    },
  )
})

test('on a terminal there is a bar for each file and one for all, and the lines stay', async () => {
  const herbarium = await startService()
  const shell = await openShell({ baseUrl: `${herbarium.origin}/api/v1`, apiKey: herbarium.apiKey })
  const file = path.join(shell.folder, 'take.wav')
  await writeFile(file, wavOf(12 * MB, 5))
  const typed = `stty rows 24 cols 100; '${process.execPath}' '${LAUNCHER}' upload '${file}' '${samplePath('i.png')}'`
  const terminal = spawn('script', ['--quiet', '--return', '--command', typed, '/dev/null'], {
    env: cleanEnvironment({ ...shell.environment, TERM: 'xterm' }) as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let shown = ''
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
  })
  const code = await new Promise(resolve => terminal.once('close', resolve))
  await shell.close()
  await herbarium.close()
  expect(code, shown).toBe(0)
  expect(shown).toMatch(/take\.wav +\[#*\.*\] \d+ %/)
  expect(shown).toMatch(/0 of 2 +\[/)
  expect(shown).toMatch(/1 of 2 +\[/)
  expect(shown).toMatch(/take\.wav {2}ready {2}http/)
  expect(shown).toMatch(/i\.png {2}ready {2}http/)
})
