// What the program says while it works: enough to follow it, and nothing that opens a door or names a file.
import { createHash } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { clientOf, firstTenant } from '../support/process-tenant.ts'
import { rawRequest } from '../support/raw-request.ts'
import { sampleBytes } from '../support/samples.ts'
import { startProcess } from '../support/start-process.ts'

vi.setConfig({ testTimeout: 60_000 }) // processes take their time on a busy machine

const FILE_NAME = 'confidential-merger-poster.png'

test.each(['info', 'trace'])(
  'at LOG_LEVEL=%s no key, ticket, media token or file name is told',
  async level => {
    const server = await startProcess({ environment: { LOG_LEVEL: level } })
    onTestFinished(() => server.close())
    const { apiKey, workspaceId, projectId, client } = await firstTenant(server)
    const bytes = await sampleBytes('i.png')
    const reserved = await client.assets.create({
      source: 'signed-url',
      workspace_id: workspaceId,
      file_name: FILE_NAME,
      project_id: projectId,
    })
    const uploadUrl = reserved.upload_url ?? ''
    const ticket = uploadUrl.split('/').at(-1) ?? ''
    const mediaUrl = reserved.url ?? ''
    const mediaToken = mediaUrl.split('/').at(-2) ?? ''
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(bytes)]), FILE_NAME)
    expect((await fetch(uploadUrl, { method: 'POST', body: form })).status).toBe(204)
    await client.assets.complete(reserved.asset_id)
    expect((await fetch(mediaUrl)).status).toBe(200)
    await client.assets.list({ query: 'confidential' })

    // refusals, which are logged too
    expect((await fetch(uploadUrl, { method: 'PUT', body: 'again' })).status).toBe(403)
    expect((await fetch(`${uploadUrl}x`, { method: 'PUT', body: 'x' })).status).toBe(403)
    expect((await fetch(`${mediaUrl.replace(mediaToken, `${mediaToken}x`)}`)).status).toBe(404)
    expect((await fetch(`${server.origin}/${ticket}/${mediaToken}/${FILE_NAME}`)).status).toBe(404)
    await expect(clientOf(server, `${apiKey}x`).workspaces.list()).rejects.toMatchObject({ status: 401 })
    const broken = { method: 'POST', body: `{"file_name": "${FILE_NAME}", "key": "${apiKey}"` }
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
    expect((await fetch(`${server.origin}/api/v1/assets`, { ...broken, headers })).status).toBe(400)
    expect((await rawRequest(server.origin, `/media/${mediaToken}/%zz${FILE_NAME}`)).status).toBe(400)

    // and trouble of our own: the bytes of a ready asset are gone
    const media = path.join(server.dataDir, 'blobs/media')
    for (const shard of await readdir(media)) await rm(path.join(media, shard), { recursive: true })
    expect((await fetch(mediaUrl)).status).toBe(503)

    server.child.kill('SIGTERM')
    await server.exited
    const said = server.stdout() + server.stderr()
    expect(said).toContain('"route":"/uploads/:ticket"')
    expect(said).toContain('"route":"/media/:media_token/:name"')
    expect(said).toContain(workspaceId)
    expect(said).toContain('"status":503')
    const digest = createHash('sha256').update(apiKey).digest()
    const secrets = {
      key: apiKey,
      'end of the key': apiKey.slice(-16),
      'digest of the key': digest.toString('hex'),
      ticket,
      'mac of the ticket': ticket.split('.').at(-1) ?? '',
      'body of the ticket': ticket.split('.').at(-2) ?? '',
      'media token': mediaToken,
      'file name': FILE_NAME,
      'word of the file name': 'confidential',
    }
    for (const [what, secret] of Object.entries(secrets)) {
      expect(secret.length, what).toBeGreaterThan(8)
      expect(said.includes(secret), what).toBe(false)
    }
  },
)
