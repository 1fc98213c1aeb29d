// A disk whose calls fail under the real program: everyone is told at once, nothing is lost, and work goes on.
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { brokenPromises, strayFiles } from '../support/folder-facts.ts'
import { wireTo } from '../support/kill/asking.ts'
import { checkAll } from '../support/kill/check.ts'
import type { Told } from '../support/kill/told.ts'
import { type Persistence, persistInParts, persistLarge, persistWithAsset } from '../support/persist.ts'
import { type DiskEvent, diskEvents, RECORDED_CALLS } from '../support/power/disk-events.ts'
import { requireStrace, underStrace } from '../support/power/strace.ts'
import { firstTenant } from '../support/process-tenant.ts'
import { startProcess, temporaryFolder } from '../support/start-process.ts'

const ASSETS = 12

beforeAll(requireStrace)

interface Trouble {
  dataDir: string
  ledger: Told[]
  persistence: Persistence
  events: DiskEvent[]
}

/**
 * Clients store assets while some calls of this name fail: `when` is strace's `first+step`, of each thread by itself,
 * and spares what a start does. The server is not restarted meanwhile.
 */
async function workThrough(
  call: string,
  {
    error,
    when,
    work = persistWithAsset,
    assets = ASSETS,
  }: { error: string; when: string; work?: typeof persistWithAsset; assets?: number },
): Promise<Trouble> {
  const dataDir = await temporaryFolder()
  const logFile = `${dataDir}.strace`
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  onTestFinished(() => rm(logFile, { force: true }))
  await (await startProcess({ dataDir })).close()
  const inject = `inject=${call}:error=${error}:when=${when}`
  const options = ['-y', '-s', '16', '-o', logFile, '-e', `trace=${RECORDED_CALLS}`, '-e', inject]
  // A failure that is answered is also logged: here it is meant to happen.
  const environment = { LOG_LEVEL: 'silent' }
  const server = await startProcess({ dataDir, environment, under: underStrace(...options) })
  const ledger: Told[] = []
  const persistence = { refusals: 0 }
  try {
    const wire = wireTo(server, await firstTenant(server))
    for (let n = 0; n < assets; n++) {
      await work(wire, ledger, persistence)
      await checkAll(wire, ledger)
    }
  } finally {
    await server.close()
  }
  return { dataDir, ledger, persistence, events: diskEvents(await readFile(logFile, 'latin1')) }
}

/** Everything is as it was told, on a disk that works again. */
async function expectWhole({ dataDir, ledger }: Trouble): Promise<void> {
  const server = await startProcess({ dataDir })
  try {
    await checkAll(wireTo(server, await firstTenant(server)), ledger)
  } finally {
    await server.close()
  }
  expect(await brokenPromises(dataDir)).toEqual([])
}

const failedSyncs = ({ events }: Trouble): string[] =>
  events.flatMap(event => (event.kind === 'sync failed' ? [event.path] : []))

describe('While calls fail every now and then, assets get ready by asking again, and stay so', {
  timeout: 60_000,
}, () => {
  test('syncing a file', async () => {
    const trouble = await workThrough('fdatasync', { error: 'EIO', when: '1+2' })
    expect(trouble.persistence.refusals).toBeGreaterThan(2)
    expect(failedSyncs(trouble).some(file => file.includes('/incoming/'))).toBe(true)
    expect(syncedAgainAsTheyWere(trouble.events)).toEqual([])
    expect(strayFiles(trouble.dataDir).filter(isUnfinishedOrMedia)).toEqual([])
    await expectWhole(trouble)
  })

  test('syncing a large file while it comes: what follows is not taken for whole, nor synced again', async () => {
    const trouble = await workThrough('fdatasync', {
      error: 'EIO',
      when: '1+4',
      work: persistLarge,
      assets: 3,
    })
    expect(trouble.persistence.refusals).toBeGreaterThan(2)
    expect(failedBeforeTheEnd(trouble.events).length).toBeGreaterThan(0)
    expect(syncedAfterFailing(trouble.events)).toEqual([])
    expect(strayFiles(trouble.dataDir).filter(isUnfinishedOrMedia)).toEqual([])
    await expectWhole(trouble)
  })

  test('syncing a file that comes in parts: what was sure is copied, and the file is never synced again', async () => {
    const trouble = await workThrough('fdatasync', { error: 'EIO', when: '1+3', work: persistInParts })
    expect(trouble.persistence.refusals).toBeGreaterThan(2)
    const failed = failedSyncs(trouble).filter(file => file.includes('/incoming/'))
    expect(failed.length).toBeGreaterThan(2)
    expect(new Set(failed).size).toBe(failed.length)
    expect(syncedAfterFailing(trouble.events)).toEqual([])
    await expectWhole(trouble)
  })

  test('syncing a folder or the write-ahead log', async () => {
    const trouble = await workThrough('fsync', { error: 'EIO', when: '6+3' })
    expect(trouble.persistence.refusals).toBeGreaterThan(0)
    const failed = failedSyncs(trouble)
    expect(failed.some(file => file.endsWith('-wal'))).toBe(true)
    expect(failed.some(folder => !folder.endsWith('-wal'))).toBe(true)
    expect(syncedAgainAsTheyWere(trouble.events)).toEqual([])
    expect(strayFiles(trouble.dataDir).filter(isUnfinishedOrMedia)).toEqual([])
    await expectWhole(trouble)
  })

  test.each([
    ['the database’s writes', 'pwrite64', 'EIO'],
    ['a full disk under the database’s writes', 'pwrite64', 'ENOSPC'],
  ])('%s', async (_title, call, error) => {
    const trouble = await workThrough(call, { error, when: '100+301' })
    expect(trouble.persistence.refusals).toBeGreaterThan(0)
    await expectWhole(trouble)
  })

  test.each([
    ['renaming', 'rename', 'EIO'],
    ['linking', 'link', 'ENOSPC'],
  ])('%s', async (_title, call, error) => {
    const trouble = await workThrough(call, { error, when: '1+3' })
    expect(trouble.persistence.refusals).toBeGreaterThan(0)
    expect(strayFiles(trouble.dataDir).filter(isUnfinishedOrMedia)).toEqual([])
    await expectWhole(trouble)
  })
})

/** Files whose sync failed before the last of their bytes was written. */
const failedBeforeTheEnd = (events: DiskEvent[]): string[] =>
  events.flatMap((event, n) =>
    event.kind === 'sync failed' &&
    events.slice(n).some(later => later.kind === 'write' && later.path === event.path)
      ? [path.basename(event.path)]
      : [],
  )

/** Not even after more was written: nobody knows which of its bytes are on the disk. */
function syncedAfterFailing(events: DiskEvent[]): string[] {
  const failed = new Set<string>()
  const again: string[] = []
  for (const event of events) {
    if (event.kind === 'sync began' && failed.has(event.path)) again.push(path.basename(event.path))
    if (event.kind === 'sync failed' && event.path.includes('/incoming/')) failed.add(event.path)
  }
  return again
}

const isUnfinishedOrMedia = (file: string): boolean => /^(incoming|media)\//.test(file)

/**
 * The system forgets what it could not write: a sync that is merely repeated would succeed without it. So the bytes
 * must be written again before.
 */
function syncedAgainAsTheyWere(events: DiskEvent[]): string[] {
  const tainted = new Set<string>()
  const again: string[] = []
  for (const event of events) {
    if (event.kind === 'sync failed' && /-wal$|\/incoming\//.test(event.path)) tainted.add(event.path)
    if (event.kind === 'write') tainted.delete(event.path)
    if (event.kind === 'sync began' && tainted.has(event.path)) again.push(path.basename(event.path))
  }
  return again
}
