// Doors without jobs and jobs without doors: two processes on one data folder, as an operator starts them.
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { firstTenant, type ProcessTenant } from '../support/process-tenant.ts'
import { runSql } from '../support/rows.ts'
import { sampleBytes } from '../support/samples.ts'
import { type Environment, type RunningProcess, startProcess, startWorker } from '../support/start-process.ts'

vi.setConfig({ testTimeout: 60_000 }) // processes take their time on a busy machine

async function doors(environment: Environment = {}): Promise<RunningProcess> {
  const server = await startProcess({ environment, options: ['--no-jobs'] })
  onTestFinished(() => server.close())
  return server
}

async function worker(dataDir: string, environment: Environment = {}) {
  const running = await startWorker(dataDir, environment)
  onTestFinished(async () => {
    running.child.kill('SIGKILL')
    await running.exited
  })
  return running
}

/** Leaves a job as a process does that was killed. */
const leave = (dataDir: string, kind: string, subject: string, payload: Record<string, string>) =>
  runSql(
    dataDir,
    `insert into jobs (id, kind, subject, payload, run_at, tries) values (?, ?, ?, ?, 1, 1)`,
    `job_${kind}_${subject}`,
    kind,
    subject,
    JSON.stringify(payload),
  )

const jobsIn = (dataDir: string) => runSql(dataDir, 'select * from jobs')
const patient = { timeout: 20_000, interval: 100 }

async function uploadedAt({ client, workspaceId }: ProcessTenant): Promise<string> {
  const asset = await client.assets.create({ source: 'signed-url', workspace_id: workspaceId })
  const sent = await fetch(asset.upload_url ?? '', {
    method: 'PUT',
    body: new Uint8Array(await sampleBytes('i.png')),
  })
  expect(sent.status).toBe(204)
  return asset.asset_id
}

test('what a killed node has left is not looked at by doors alone, and is done once somebody works', async () => {
  const server = await doors()
  const { dataDir } = server
  const tenant = await firstTenant(server)
  const { client, apiKey, workspaceId } = tenant
  const settling = await uploadedAt(tenant)
  const [{ id: keyId } = {}] = runSql(dataDir, 'select id from keys')
  leave(dataDir, 'settle', settling, { key_id: String(keyId), workspace_id: workspaceId })
  const fetching = await client.assets.create({ source: 'signed-url', workspace_id: workspaceId })
  leave(dataDir, 'fetch', fetching.asset_id, { url: 'https://localhost/fern.png', attempt: '1' })
  const file = 'quarantine/AAAAAAAAAAAAAAAAAAAAAA.1'
  await writeFile(path.join(dataDir, 'blobs', file), 'left over')
  leave(dataDir, 'discard', 'asset_gone', { keys: JSON.stringify([file]) })
  await new Promise(resolve => setTimeout(resolve, 2_500)) // whoever looked for jobs would have found them by now
  expect(jobsIn(dataDir).map(({ tries }) => tries)).toEqual([1, 1, 1])
  const work = await worker(dataDir)
  await expect.poll(() => jobsIn(dataDir), patient).toEqual([])
  expect(await client.assets.retrieve(settling)).toMatchObject({ status: 'ready' })
  expect(await client.assets.retrieve(fetching.asset_id)).toMatchObject({ status: 'failed' })
  const { status } = await fetch(`${server.origin}/api/v1/assets`, {
    headers: { authorization: `Bearer ${apiKey}` },
  })
  expect(status).toBe(200)
  work.child.kill('SIGTERM')
  expect(await work.exited).toEqual({ code: 0, signal: null })
  expect(work.stderr()).toBe('')
  expect(runSql(dataDir, 'select id from servers')).toHaveLength(1)
})

test('a worker that is killed in the middle of a job loses nothing: the next one does it', async () => {
  const sockets = new Set<Socket>()
  const silent = createServer(socket => sockets.add(socket.on('error', () => undefined))).listen(
    0,
    '127.0.0.1',
  )
  await once(silent, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
  const address = silent.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const CLAMAV_URL = `tcp://127.0.0.1:${port}`
  const server = await doors({ CLAMAV_URL, COMPLETE_WAIT_SECONDS: '0' })
  const { dataDir } = server
  const tenant = await firstTenant(server)
  const assetId = await uploadedAt(tenant)
  expect(await tenant.client.assets.complete(assetId)).toMatchObject({ status: 'pending_upload' })
  const asked = sockets.size
  const first = await worker(dataDir, { CLAMAV_URL })
  await expect.poll(() => sockets.size, patient).toBeGreaterThan(asked)
  first.child.kill('SIGKILL')
  await first.exited
  expect(jobsIn(dataDir)).toMatchObject([
    { kind: 'settle', subject: assetId, lease_owner: expect.any(String) },
  ])
  runSql(dataDir, 'update jobs set lease_until = 1') // a minute goes by
  await worker(dataDir)
  const status = async () => (await tenant.client.assets.retrieve(assetId)).status
  await expect.poll(status, patient).toBe('ready')
  await expect.poll(() => jobsIn(dataDir), patient).toEqual([])
})
