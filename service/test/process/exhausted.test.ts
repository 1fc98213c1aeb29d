// A disk that is really full and descriptors that really run out: refused at once, reads go on, and it passes.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, statfs, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { brokenPromises } from '../support/folder-facts.ts'
import { type Wire, wireTo } from '../support/kill/asking.ts'
import { check } from '../support/kill/check.ts'
import { complete, reserve, upload } from '../support/kill/client.ts'
import { firstTenant } from '../support/process-tenant.ts'
import { wavOf } from '../support/samples.ts'
import { type RunningProcess, startProcess, temporaryFolder } from '../support/start-process.ts'
import { until } from '../support/uploads.ts'
import { head, openWire } from '../support/wire.ts'

const MIB = 1024 * 1024
const DESCRIPTORS = 90
const REFUSED = /: 50[37] /

/** A file system of this size of its own; undefined where this user may not mount one. */
async function mountSmall(mebibytes: number): Promise<string | undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-small-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    await rm(folder, { recursive: true })
    return undefined
  }
  onTestFinished(async () => {
    execFileSync('umount', ['--lazy', folder])
    await rm(folder, { recursive: true })
  })
  return folder
}

async function start(dataDir: string, under: string[] = []): Promise<Wire & { server: RunningProcess }> {
  const server = await startProcess({ dataDir, environment: { LOG_LEVEL: 'silent' }, under })
  onTestFinished(() => server.close())
  return wireTo(server, await firstTenant(server))
}

async function readyAsset(wire: Wire, bytes = wavOf(50_000)) {
  const told = await reserve(wire, Buffer.from(bytes))
  await upload(wire, told)
  await complete(wire, told)
  return told
}

const unfinished = (dataDir: string): Promise<string[]> => readdir(path.join(dataDir, 'blobs/incoming'))

test('a full disk refuses bytes at once, serves what it has, and takes more once there is room', {
  timeout: 60_000,
}, async ({ skip }) => {
  const small = await mountSmall(32)
  if (small === undefined) {
    console.warn('NOT TESTED: a full disk. Mounting a small tmpfs takes root (CAP_SYS_ADMIN).')
    return skip('mounting a tmpfs takes root')
  }
  const dataDir = path.join(small, 'data')
  await mkdir(dataDir)
  const wire = await start(dataDir)
  const kept = await readyAsset(wire)
  const large = await reserve(wire, Buffer.from(wavOf(4 * MIB)))

  const filler = path.join(small, 'filler')
  const { bavail, bsize } = await statfs(small)
  await writeFile(filler, randomBytes(bavail * bsize - MIB))
  await expect(upload(wire, large)).rejects.toThrow(REFUSED)
  expect(await unfinished(dataDir)).toEqual([])
  await check(wire, kept)

  const rest = await statfs(small)
  await writeFile(path.join(small, 'rest'), randomBytes(rest.bavail * rest.bsize)) // not a byte for the rows either
  await expect(upload(wire, large)).rejects.toThrow(REFUSED)
  await expect(reserveMany(wire)).rejects.toThrow(REFUSED)
  await check(wire, kept)

  await truncate(filler, 0)
  await upload(wire, large)
  await complete(wire, large)
  await check(wire, large)
  expect(await brokenPromises(dataDir)).toEqual([])
})

/** The write-ahead log may have room for some rows. */
async function reserveMany(wire: Wire): Promise<void> {
  for (let n = 0; n < 500; n++) await reserve(wire, Buffer.alloc(0))
}

test('when descriptors run out the program lives, and serves again as soon as there are some', {
  timeout: 60_000,
}, async () => {
  const dataDir = await temporaryFolder()
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const wire = await start(dataDir, ['sh', '-c', `ulimit -n ${DESCRIPTORS}; exec "$@"`, 'sh'])
  const kept = await readyAsset(wire)
  const bytes = Buffer.from(wavOf(100_000))
  const slow = await Promise.all(Array.from({ length: 45 }, () => reserve(wire, bytes)))
  const connections = []
  for (const told of slow) {
    const connection = await openWire(wire.server.origin)
    connections.push(connection)
    await connection.write(head(`PUT ${told.uploadUrl}`, { 'content-length': bytes.length }))
    await connection.write(bytes.subarray(0, 70_000))
  }
  // What was sent is taken up when the server comes to it.
  const { pid } = wire.server.child
  await until(
    () => readdir(`/proc/${pid}/fd`),
    descriptors => descriptors.length >= DESCRIPTORS - 5,
  )
  // Either nobody is let in, or whoever is let in finds no descriptor for a file.
  const outcome = await readyAsset(wire).then(
    () => 'ready',
    error => String(error),
  )
  expect(outcome).toMatch(/fetch failed|: 503 /)
  expect(wire.server.child.exitCode).toBeNull()

  for (const connection of connections) connection.cut()
  await until(
    () => unfinished(dataDir),
    files => files.length === 0,
  )
  await check(wire, kept)
  await readyAsset(wire)
  for (const told of slow.slice(0, 3)) await check(wire, told)
  await wire.server.close()
  expect(await brokenPromises(dataDir)).toEqual([])
})
