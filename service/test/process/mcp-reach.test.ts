// What an agent can reach by `herbarium mcp`: the files, the tools and the installation that its operator has opened.
import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, symlink } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test, vi } from 'vitest'
import { runHerbarium } from '../support/run-herbarium.ts'
import { samplePath } from '../support/samples.ts'
import { REPOSITORY } from '../support/start-process.ts'
import { useAgents } from '../support/use-agents.ts'

vi.setConfig({ testTimeout: 120_000 }) // processes take their time on a busy machine

const run = promisify(execFile)
const street = useAgents()

test('only files below the folder it was started in are read, wherever links lead', async () => {
  const { shell, agentWith, inFolder } = street()
  const outside = path.join(path.dirname(shell.folder), 'outside.png')
  await copyFile(samplePath('i.png'), outside)
  await mkdir(path.join(shell.folder, 'sub'))
  await inFolder('i.png', 'sub/in.png')
  await symlink(outside, path.join(shell.folder, 'escape.png'))
  await symlink('..', path.join(shell.folder, 'up'))
  await symlink('../nothing-there.png', path.join(shell.folder, 'dangling.png'))
  await symlink('sub/in.png', path.join(shell.folder, 'link.png'))
  await run('mkfifo', [path.join(shell.folder, 'pipe.png')])
  const agent = await agentWith()
  for (const [asked, reason] of [
    [outside, /outside\.png lies outside of what may be uploaded, which is below /],
    ['../outside.png', /lies outside/],
    ['../nothing-there.png', /lies outside/],
    ['escape.png', /escape\.png lies outside/],
    ['up/outside.png', /lies outside/],
    ['up/nothing-there.png', /lies outside/],
    ['up/no/thing.png', /lies outside/],
    ['dangling.png', /lies outside/],
    ['none.png', /none\.png is not there/],
    ['no/folder/none.png', /none\.png is not there/],
    ['sub/in.png/none.png', /cannot be read \(ENOTDIR\)/],
    ['sub', /sub is a folder: name one of the files in it/],
    ['pipe.png', /pipe\.png is not a regular file/],
    ['a\0.png', /cannot be read/],
  ] as const) {
    const { isError, text } = await agent.call('upload-from-path', { path: asked })
    expect({ isError, text }).toEqual({
      isError: true,
      text: expect.stringMatching(new RegExp(`^input_validation_error: path: .*${reason.source}`)),
    })
  }
  for (const asked of ['sub/in.png', path.join(shell.folder, 'sub/in.png')])
    expect(await agent.told('upload-from-path', { path: asked })).toMatchObject({ name: 'in.png' })
  expect(await agent.told('upload-from-path', { path: 'link.png' })).toMatchObject({ name: 'link.png' })
})

test('--root opens other folders in its place, and the top of the file system only where it is named', async () => {
  const { shell, agentWith, inFolder } = street()
  const [one, two] = [path.join(shell.folder, 'one'), path.join(shell.folder, 'two')]
  await mkdir(one)
  await mkdir(path.join(shell.folder, 'real'))
  await symlink('real', two)
  await inFolder('i.png', 'one/a.png')
  await inFolder('i.jpg', 'two/b.jpg')
  await inFolder('i.png', 'c.png')
  const agent = await agentWith({ options: ['--root', 'one', '--root', two] })
  expect(await agent.told('upload-from-path', { path: 'a.png' })).toMatchObject({ name: 'a.png' })
  for (const asked of [path.join(two, 'b.jpg'), path.join(shell.folder, 'real/b.jpg')])
    expect(await agent.told('upload-from-path', { path: asked })).toMatchObject({ name: 'b.jpg' })
  const { text } = await agent.call('upload-from-path', { path: path.join(shell.folder, 'c.png') })
  expect(text).toMatch(/c\.png lies outside/)
  const atTheTop = await agentWith({ cwd: '/' })
  expect((await atTheTop.call('upload-from-path', { path: path.join(one, 'a.png') })).text).toMatch(
    /no folder is open\. Start herbarium mcp with --root FOLDER/,
  )
  const { code, stdout, stderr } = await runHerbarium(
    ['mcp', '--root', path.join(one, 'a.png')],
    shell.environment,
  )
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^herbarium: --root \S+a\.png is not there, or is not a folder\.\n$/)
})

test('--read-only offers list and get alone', async () => {
  const { agentWith } = street()
  const agent = await agentWith({ options: ['--read-only'] })
  const { tools } = await agent.client.listTools()
  expect(tools.map(({ name }) => name).sort()).toEqual(['get', 'list'])
  expect(await agent.told('list', { limit: 1 })).toHaveProperty('assets')
  await expect(agent.call('reserve')).rejects.toThrow(/reserve not found/)
})

test('without variables it speaks for the installation that the configuration describes', async () => {
  const { server, tenant, shell, agentWith } = street()
  const { XDG_STATE_HOME } = shell.environment
  const environment = { XDG_STATE_HOME, DATA_DIR: server.dataDir, PUBLIC_URL: server.origin }
  const agent = await agentWith({ environment })
  const { asset_id } = await agent.told('reserve', { file_name: 'mine.png' })
  expect(await tenant.client.assets.retrieve(String(asset_id))).toMatchObject({ name: 'mine.png' })
  const { code, stdout, stderr } = await runHerbarium(['mcp'], { DATA_DIR: shell.folder })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^herbarium: Set FLORA_API_KEY to an API key/)
})

test('the configuration that a client is given in docs/agents.md starts it', async () => {
  const { shell, agentWith, inFolder } = street()
  const page = await readFile(path.join(REPOSITORY, 'docs/agents.md'), 'utf8')
  const [, block = ''] = /^```json\n(.*?)^```$/ms.exec(page) ?? []
  const { command, args, env } = JSON.parse(block).mcpServers.herbarium
  expect([command, ...args.slice(0, 5)]).toEqual('npx --no --prefix /srv/herbarium herbarium mcp'.split(' '))
  expect(env).toEqual({ FLORA_BASE_URL: expect.any(String), FLORA_API_KEY: 'sk_live_...' })
  await inFolder('i.png')
  const options = args.slice(5).map((word: string) => word.replace('/home/me/pictures', shell.folder))
  const agent = await agentWith({ cwd: '/', options })
  expect(await agent.told('upload-from-path', { path: 'i.png' })).toMatchObject({ status: 'ready' })
})
