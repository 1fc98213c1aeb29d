// The operator's command, against the folder of a server that runs meanwhile.
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { clientOf, firstTenant, type ProcessTenant } from '../support/process-tenant.ts'
import { linesOf, type Outcome, runHerbarium } from '../support/run-herbarium.ts'
import { type RunningProcess, startProcess, temporaryFolder } from '../support/start-process.ts'

vi.setConfig({ testTimeout: 60_000 }) // processes take their time on a busy machine

let server: RunningProcess
let tenant: ProcessTenant
beforeAll(async () => {
  server = await startProcess()
  tenant = await firstTenant(server)
})
afterAll(() => server.close())

const herbarium = (...args: string[]): Promise<Outcome> =>
  runHerbarium(args, { DATA_DIR: server.dataDir, FLORA_BASE_URL: `${server.origin}/api/v1` })

/** The one JSON object that a command printed, and nothing else. */
async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await herbarium(...args, '--json')
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(linesOf(stdout)).toHaveLength(1)
  return JSON.parse(stdout)
}

/** What a command printed for a person. */
async function prose(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await herbarium(...args)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(stdout).not.toMatch(/^\s*[{[]/)
  return stdout
}

/** Exit 1, nothing on stdout, and on stderr one line that says what is wrong. */
function expectOneLine(outcome: Outcome, line: RegExp): void {
  expect(outcome.code, outcome.stderr).toBe(1)
  expect(outcome.stdout).toBe('')
  expect(outcome.stderr).toMatch(line)
  expect(linesOf(outcome.stderr)).toHaveLength(1)
}

async function folderWithTwoWorkspaces() {
  const dataDir = await temporaryFolder()
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const ids: string[] = []
  for (const name of ['one', 'two']) {
    const made = await runHerbarium(['workspace', 'create', '--name', name, '--json'], { DATA_DIR: dataDir })
    ids.push(JSON.parse(made.stdout).workspace_id)
  }
  const [one = '', two = ''] = ids
  const run = (...args: string[]) => runHerbarium(args, { DATA_DIR: dataDir })
  return { one, two, run }
}

describe('with one workspace', () => {
  test('key create makes a key that opens the API at once, and key revoke closes it at once', async () => {
    const made = await json('key', 'create', '--name', 'laptop')
    expect(made).toMatchObject({ workspace_id: tenant.workspaceId, name: 'laptop' })
    const client = clientOf(server, String(made.api_key))
    expect((await client.workspaces.list()).workspaces).toHaveLength(1)
    const revoked = await json('key', 'revoke', String(made.key_id))
    expect(revoked).toMatchObject({ key_id: made.key_id, revoked_at: expect.any(Number) })
    await expect(client.workspaces.list()).rejects.toMatchObject({ status: 401 })
    expect((await tenant.client.workspaces.list()).workspaces).toHaveLength(1)
  })

  test('for a person key create shows the key once, key list shows its beginning only', async () => {
    const shown = await prose('key', 'create')
    const [, keyId = ''] = /(key_\w+)/.exec(shown) ?? []
    const [key = ''] = /sk_live_[\w-]+/.exec(shown) ?? []
    expect((await clientOf(server, key).workspaces.list()).workspaces).toHaveLength(1)
    expect(await prose('key', 'revoke', keyId)).toContain(keyId)
    const listed = await prose('key', 'list')
    expect(linesOf(listed).find(line => line.startsWith(keyId))).toContain('revoked')
    expect(linesOf(listed).find(line => line.includes('first key'))).toContain('active')
    expect(listed).not.toContain(key)
    expect(listed).not.toMatch(/sk_live_[\w-]{20,}/)
  })

  test('key list --json lists every key and no secret', async () => {
    const { keys } = await json('key', 'list')
    expect(keys).toContainEqual({
      key_id: expect.stringMatching(/^key_/),
      workspace_id: tenant.workspaceId,
      name: 'first key',
      mode: 'live',
      scopes: ['*'],
      prefix: tenant.apiKey.slice(0, (keys as { prefix: string }[])[0]?.prefix.length),
      status: 'active',
      created_at: expect.any(Number),
      expires_at: null,
      revoked_at: null,
      last_used_at: null,
      replaced_by: null,
    })
    expect(JSON.stringify(keys)).not.toContain(tenant.apiKey)
  })

  test('project create makes a project that the API shows', async () => {
    const made = await json('project', 'create', '--name', 'Moodboard 花')
    expect(made).toEqual({
      project_id: expect.stringMatching(/^prj_/),
      workspace_id: tenant.workspaceId,
      name: 'Moodboard 花',
    })
    const project = await tenant.client.projects.retrieve(String(made.project_id))
    expect(project).toMatchObject({ project_id: made.project_id, name: 'Moodboard 花' })
    expect(await prose('project', 'create', '--name', 'Second')).toContain('Second')
  })
})

describe('with two workspaces', () => {
  test('--workspace must say which, and one that is not there is refused with those that are', async () => {
    const { one, two, run } = await folderWithTwoWorkspaces()
    const both = new RegExp(`(?=.*${one})(?=.*${two})`)
    const [key, project, unknown, keyOfTwo, projectOfTwo] = await Promise.all([
      run('key', 'create'),
      run('project', 'create', '--name', 'p'),
      run('key', 'create', '--workspace', 'ws_nope'),
      run('key', 'create', '--workspace', two, '--json'),
      run('project', 'create', '--workspace', two, '--name', 'p', '--json'),
    ])
    expectOneLine(key, new RegExp(`^herbarium: .*--workspace${both.source}`))
    expectOneLine(project, both)
    expectOneLine(unknown, new RegExp(`ws_nope.*${both.source}`))
    expect(JSON.parse(keyOfTwo.stdout)).toMatchObject({ workspace_id: two })
    expect(JSON.parse(projectOfTwo.stdout)).toMatchObject({ workspace_id: two })
    const keysOfOne = await run('key', 'list', '--workspace', one, '--json')
    expect(JSON.parse(keysOfOne.stdout)).toEqual({ keys: [] })
    const listed = JSON.parse((await run('workspace', 'list', '--json')).stdout)
    expect(listed).toEqual({
      workspaces: [
        expect.objectContaining({ workspace_id: one, name: 'one', quota_bytes: null }),
        expect.objectContaining({ workspace_id: two, name: 'two', quota_bytes: null }),
      ],
    })
    expect(linesOf((await run('workspace', 'list')).stdout)).toEqual([
      `${one}  live  public  quota none  one`,
      `${two}  live  public  quota none  two`,
    ])
  })

  test('an installation without any says how to make one', async () => {
    const dataDir = await temporaryFolder()
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
    expectOneLine(
      await runHerbarium(['key', 'create'], { DATA_DIR: path.join(dataDir, 'new') }),
      /^herbarium: There is no workspace yet: "herbarium workspace create --name NAME"/,
    )
  })
})

describe('usage', () => {
  test('--help explains the program and each of its commands, and ends with 0', async () => {
    const commands = ['serve', 'workspace create', 'workspace list', 'project create', 'key']
    commands.push('workspace update', 'workspace usage', 'key rotate')
    commands.push('key create', 'key list', 'key revoke', 'upload', 'import', 'list', 'get', 'mcp')
    commands.push('doctor', 'verify', 'repair', 'backup', 'restore')
    const explain = async (words: string[]) => {
      const { code, stdout, stderr } = await runHerbarium([...words, '--help'], {})
      expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: '' })
      expect(stdout).toContain(['Usage: herbarium', ...words].join(' '))
      return stdout
    }
    while (commands.length > 0)
      await Promise.all(commands.splice(0, 3).map(command => explain(command.split(' '))))
    const overview = await explain([])
    for (const noun of [
      'serve',
      'workspace',
      'project',
      'key',
      'upload',
      'import',
      'list',
      'get',
      'doctor',
      'verify',
      'backup',
    ])
      expect(overview).toContain(noun)
  })

  test.each<[string, RegExp]>([
    ['no-such', /unknown command 'no-such'/],
    ['project create', /'--name <name>' not specified/],
    ['upload', /missing required argument 'file'/],
    ['upload --parallel 0 a.png', /'--parallel <n>' argument '0' is invalid.* from 1 to 32/],
    ['list --limit many', /'--limit <n>' argument 'many' is invalid/],
    ['list --status new', /Allowed choices are pending_upload, ready, failed/],
  ])(
    '"herbarium %s" ends with 1, says what is wrong and where help is, on stderr only',
    async (args, said) => {
      const { code, stdout, stderr } = await runHerbarium(args.split(' '), { DATA_DIR: server.dataDir })
      expect(code).toBe(1)
      expect(stdout).toBe('')
      expect(stderr).toMatch(said)
      expect(stderr).toContain('--help')
    },
  )

  test('a name that is none, and a key id that is not there, are one line each', async () => {
    expectOneLine(await herbarium('workspace', 'create', '--name', ''), /^herbarium: name: must not be empty/)
    expectOneLine(await herbarium('key', 'revoke', 'key_nope'), /^herbarium: There is no such key/)
  })

  test('bad variables stop every command, all complaints at once', async () => {
    const file = path.join(server.dataDir, 'in-the-way')
    await writeFile(file, '')
    const bad = await runHerbarium(['key', 'list'], { PORT: 'x', LOG_LEVEL: 'y' })
    expect(linesOf(bad.stderr)).toEqual([
      expect.stringMatching(/^herbarium: PORT /),
      expect.stringMatching(/^herbarium: LOG_LEVEL /),
    ])
    expect(bad.code).toBe(1)
    expectOneLine(
      await runHerbarium(['key', 'list'], { DATA_DIR: file }),
      /^herbarium: DATA_DIR \S+in-the-way /,
    )
  })
})
