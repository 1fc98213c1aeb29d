// `herbarium mcp`: the real command as an agent's child, beside a real server.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test, vi } from 'vitest'
import { sampleBytes } from '../support/samples.ts'
import { useAgents } from '../support/use-agents.ts'

vi.setConfig({ testTimeout: 120_000 }) // processes take their time on a busy machine

const run = promisify(execFile)
const street = useAgents()

const bytesAt = async (url: unknown) => Buffer.from(await (await fetch(String(url))).arrayBuffer())

test('the tools say what they are for, what they change, and what they take and answer', async () => {
  const { agentWith } = street()
  const agent = await agentWith()
  const { tools } = await agent.client.listTools()
  const hints = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations]))
  expect(Object.keys(hints).sort()).toEqual(
    ['attach', 'complete', 'get', 'list', 'reserve', 'retry', 'upload-from-path'].sort(),
  )
  for (const name of ['list', 'get']) expect(hints[name]).toMatchObject({ readOnlyHint: true })
  for (const name of ['reserve', 'retry', 'attach', 'upload-from-path'])
    expect(hints[name]).toMatchObject({ readOnlyHint: false, destructiveHint: false, idempotentHint: false })
  expect(hints.complete).toMatchObject({ readOnlyHint: false, destructiveHint: false, idempotentHint: true })
  for (const { description, inputSchema, outputSchema } of tools) {
    expect(description?.length).toBeGreaterThan(80)
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false })
    expect(outputSchema).toMatchObject({ type: 'object' })
  }
  expect(agent.client.getInstructions()).toContain('upload-from-path')
  expect(agent.client.getServerVersion()).toMatchObject({ name: 'herbarium' })
})

test.each([
  ['2025', { mode: 'legacy' }],
  ['2026', { mode: { pin: '2026-07-28' } }],
] as const)('a file is uploaded, found and shown, by the protocol of %s', async (year, protocol) => {
  const { agentWith, inFolder } = street()
  await inFolder('i.png', 'fern.png')
  const agent = await agentWith({ protocol })
  const folder = `herbs/${year}`
  const asset = await agent.told('upload-from-path', {
    path: 'fern.png',
    folder,
    metadata: { rare: 'yes' },
  })
  expect(asset).toMatchObject({ status: 'ready', name: 'fern.png', folder, content_type: 'image/png' })
  expect((await bytesAt(asset.url)).equals(await sampleBytes('i.png'))).toBe(true)
  expect(await agent.told('get', { asset_id: asset.asset_id })).toEqual(asset)
  const { assets } = await agent.told('list', { folder, query: 'FERN', metadata: { rare: 'yes' } })
  const { failure_message: _, ...listed } = asset
  expect(assets).toEqual([{ ...listed, project_id: null }])
})

test('what a program reads is also told as text, for models that read nothing else', async () => {
  const { agentWith, inFolder } = street()
  await inFolder('a.wav')
  const agent = await agentWith()
  const { text, said } = await agent.call('upload-from-path', { path: 'a.wav', file_name: 'take.wav' })
  expect(said).toMatchObject({ name: 'take.wav', content_type: 'audio/wav' })
  expect(JSON.parse(text)).toEqual(said)
})

test('bytes that something else sends are reserved for, sent and completed', async () => {
  const { server, agentWith } = street()
  const agent = await agentWith()
  const reserved = await agent.told('reserve', { file_name: 'moss.png', content_type: 'image/png' })
  expect(reserved).toMatchObject({
    status: 'pending_upload',
    upload_url: expect.stringContaining(server.origin),
  })
  const sent = await fetch(String(reserved.upload_url), { method: 'PUT', body: await sampleBytes('i.png') })
  expect(sent.ok).toBe(true)
  for (const _ of [1, 2])
    expect(await agent.told('complete', { asset_id: reserved.asset_id })).toMatchObject({
      asset_id: reserved.asset_id,
      url: reserved.url,
      status: 'ready',
      name: 'moss.png',
    })
})

test('the curl line of a reservation sends the file as it stands, whatever its name', async () => {
  const { shell, agentWith, inFolder } = street()
  const name = "it's [a] {b}.png"
  await inFolder('i.png', name)
  const agent = await agentWith()
  const { asset_id, curl } = await agent.told('reserve', { file_name: name })
  await run('bash', ['-c', String(curl)], { cwd: shell.folder })
  expect(await agent.told('complete', { asset_id })).toMatchObject({ status: 'ready', name })
})

test('a file that is refused says why', async () => {
  const { agentWith, inFolder } = street()
  await inFolder('html.png')
  const agent = await agentWith()
  const { isError, text, said } = await agent.call('upload-from-path', { path: 'html.png' })
  expect({ isError, said }).toEqual({ isError: true, said: {} })
  expect(text).toMatch(/^failed_verification: .*upload one of.*\nMend the file/)
  const [, asset_id] = /^asset_id: (asset_\w+)$/m.exec(text) ?? []
  expect(await agent.told('get', { asset_id })).toMatchObject({
    status: 'failed',
    failure_message: expect.stringMatching(/upload one of/),
  })
})

test('an upload that failed is retried with other bytes, a ready one is not', async () => {
  const { agentWith } = street()
  const agent = await agentWith()
  const send = async ({ upload_url }: Record<string, unknown>, sample: string) => {
    const sent = await fetch(String(upload_url), { method: 'PUT', body: await sampleBytes(sample) })
    expect(sent.ok).toBe(true)
  }
  const reserved = await agent.told('reserve', { file_name: 'second.png' })
  const { asset_id, url } = reserved
  await send(reserved, 'html.png')
  const refused = await agent.call('complete', { asset_id })
  expect(refused).toMatchObject({ isError: true, text: expect.stringMatching(/^failed_verification: /) })
  const renewed = await agent.told('retry', { asset_id })
  expect(renewed).toMatchObject({ asset_id, url, status: 'pending_upload' })
  expect(renewed.curl).toContain("-T './second.png'")
  await send(renewed, 'i.png')
  expect(await agent.told('complete', { asset_id })).toMatchObject({ status: 'ready', url })
  const tooLate = await agent.call('retry', { asset_id })
  expect(tooLate).toMatchObject({ isError: true, text: expect.stringMatching(/^conflict: /) })
})

test('an asset is attached to a project', async () => {
  const { tenant, agentWith, inFolder } = street()
  await inFolder('i.webp')
  const agent = await agentWith()
  const { asset_id } = await agent.told('upload-from-path', { path: 'i.webp' })
  const { projectId: project_id } = tenant
  expect(await agent.told('attach', { project_id, asset_id })).toEqual({
    project_id,
    asset_id,
    node_id: expect.stringMatching(/^node_/),
    canvas_url: expect.stringContaining(project_id),
  })
  const { assets } = await agent.told('list', { project_id })
  expect(assets).toContainEqual(expect.objectContaining({ asset_id, project_id }))
})

test('a list goes on from page to page', async () => {
  const { agentWith } = street()
  const agent = await agentWith()
  for (const n of [1, 2, 3]) await agent.told('reserve', { file_name: `${n}.png`, folder: 'paged' })
  const names = (page: Record<string, unknown>) => (page.assets as { name: string }[]).map(({ name }) => name)
  const first = await agent.told('list', { folder: 'paged', limit: 2 })
  expect(names(first)).toEqual(['3.png', '2.png'])
  const second = await agent.told('list', { folder: 'paged', limit: 2, cursor: first.next_cursor })
  expect(names(second)).toEqual(['1.png'])
  expect(second.next_cursor).toBeNull()
})

test('what the service refuses is an answer with the field and the way out', async () => {
  const { tenant, agentWith } = street()
  const agent = await agentWith()
  const pending = await agent.told('reserve')
  for (const [name, asked, reason] of [
    ['get', { asset_id: 'asset_nope' }, /^not_found: There is no such asset\./],
    ['get', { asset_id: '..' }, /asset_id: must be an id such as asset_/],
    ['get', {}, /asset_id/],
    ['reserve', { fileName: 'a.png' }, /fileName/],
    ['reserve', { sha256: 'abc' }, /^input_validation_error: sha256: must /],
    ['reserve', { project_id: 'prj_nope' }, /^not_found: There is no such project\./],
    ['attach', { project_id: tenant.projectId, asset_id: pending.asset_id }, /^conflict: .*ready/],
    ['complete', { asset_id: pending.asset_id }, /^conflict: /],
    ['list', { cursor: 'nonsense' }, /^input_validation_error: cursor: /],
  ] as const) {
    const { isError, text } = await agent.call(name, asked)
    expect({ isError, text }).toEqual({ isError: true, text: expect.stringMatching(reason) })
  }
  await expect(agent.call('delete', {})).rejects.toThrow(/delete not found/)
})

test('a key that is refused and a server that is not there are told by the first answer', async () => {
  const { shell, agentWith } = street()
  const secret = 'sk_live_0123456789wrong'
  const wrong = await agentWith({ environment: { ...shell.environment, FLORA_API_KEY: secret } })
  const { isError, text } = await wrong.call('list')
  expect({ isError, text }).toEqual({
    isError: true,
    text: expect.stringMatching(/^invalid_api_key: .*\n.*has to set FLORA_API_KEY/),
  })
  expect(text + wrong.stderr()).not.toContain(secret)
  const nowhere = await agentWith({
    environment: { ...shell.environment, FLORA_BASE_URL: 'http://127.0.0.1:9/api/v1' },
  })
  expect((await nowhere.call('list')).text).toMatch(/^network: http:\/\/127\.0\.0\.1:9 .*\n.*not running/)
})
