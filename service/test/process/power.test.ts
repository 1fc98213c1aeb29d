// Losing power: what was answered rests on synced bytes and names, and the folder that is left has all of it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokenPromises } from '../support/folder-facts.ts'
import { wireTo } from '../support/kill/asking.ts'
import { checkAll } from '../support/kill/check.ts'
import type { Told } from '../support/kill/told.ts'
import type { DiskEvent } from '../support/power/disk-events.ts'
import { judge, type KeysOf, keysIn } from '../support/power/judge.ts'
import { losePower } from '../support/power/lose-power.ts'
import { lostAssets } from '../support/power/lost-assets.ts'
import { recordSession, type Session } from '../support/power/record-session.ts'
import { requireStrace } from '../support/power/strace.ts'
import { firstTenant } from '../support/process-tenant.ts'
import { startProcess } from '../support/start-process.ts'

const CLIENTS = 4
const WORK_MS = 4_000
/** Power is lost this often; each time on the folder that the last loss left. */
const LOSSES = 2

interface Loss {
  session: Session
  keysOf: KeysOf
  /** What the power left. */
  left: string
}

let parent = ''
const ledger: Told[] = []
const losses: Loss[] = []
beforeAll(async () => {
  requireStrace()
  parent = await mkdtemp(path.join(tmpdir(), 'herbarium-power-'))
  let dataDir = await mkdtemp(path.join(parent, 'first-'))
  for (let n = 1; n <= LOSSES; n++) {
    const session = await recordSession(dataDir, ledger, { workers: CLIENTS, forMs: WORK_MS })
    const left = await leave(session)
    losses.push({ session, keysOf: keysIn(session.dataDir), left })
    dataDir = left
  }
}, 120_000)
afterAll(() => rm(parent, { recursive: true, force: true }))

/** Loses power at the end of the record, once it has been changed. */
async function leave(session: Session): Promise<string> {
  const left = await mkdtemp(path.join(parent, 'left-'))
  await losePower(judge(session, [], new Map()).model, session.dataDir, left)
  return left
}

/** The last record, without some of its syncs. */
const without = ({ session }: Loss, isMissing: (event: DiskEvent) => boolean): Session => ({
  ...session,
  events: session.events.filter(event => !isMissing(event)),
})

const lastLoss = (): Loss => {
  const last = losses.at(-1)
  if (last === undefined) throw new Error('nothing was recorded')
  return last
}

test('every answer was sent after all that it rests on had been synced', () => {
  for (const { session, keysOf } of losses) {
    const { judged, broken } = judge(session, ledger, keysOf)
    expect(broken).toEqual([])
    expect(judged).toBeGreaterThan(20)
  }
})

test('after the last loss the server starts, and every asset is there or can be finished', async () => {
  const { left } = lastLoss()
  expect(await lostAssets(left, ledger)).toEqual([])
  const server = await startProcess({ dataDir: left })
  try {
    await checkAll(wireTo(server, await firstTenant(server)), ledger)
  } finally {
    await server.close()
  }
  expect(await brokenPromises(left)).toEqual([])
}, 60_000)

test.each<[string, (event: DiskEvent) => boolean]>([
  ['its fdatasyncs', event => event.kind === 'sync ended' && event.how === 'fdatasync'],
  [
    'the syncs of its files of bytes',
    event => event.kind === 'sync ended' && event.path.includes('/incoming/'),
  ],
  ['the syncs of its media folders', event => event.kind === 'sync ended' && event.path.includes('/media/')],
  ['the syncs of its write-ahead log', event => event.kind === 'sync ended' && event.path.endsWith('-wal')],
])('a record without %s loses acknowledged assets', async (_title, isMissing) => {
  const loss = lastLoss()
  const session = without(loss, isMissing)
  expect(judge(session, ledger, loss.keysOf).broken.length).toBeGreaterThan(10)
  const left = await leave(session)
  expect((await lostAssets(left, ledger)).length).toBeGreaterThan(0)
})
