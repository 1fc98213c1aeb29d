// Being one of the servers of an installation: who may, and what becomes of one that was silent for too long.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { unavailable } from '../../src/ground/errors.ts'
import { randomIds } from '../../src/ground/ids.ts'
import type { Records } from '../../src/records/records.ts'
import { openSqlite } from '../../src/records/sqlite/open-sqlite.ts'
import { join, type Membership } from '../../src/servers/join.ts'
import type { ServerRecords } from '../../src/servers/ports.ts'
import { createTestClock, type TestClock } from '../support/test-clock.ts'

const LIFE_MS = 45_000

let folder: string
let records: Records
let clock: TestClock
let joined: Membership[]
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-servers-'))
  records = await openSqlite(folder)
  clock = createTestClock()
  joined = []
})
afterEach(async () => {
  for (const membership of joined) await membership.leave()
  await records.close()
  await rm(folder, { recursive: true })
})

async function come(store: string, servers: ServerRecords = records.servers): Promise<Membership> {
  const options = { store, rows: 'DATA_DIR /data', onError: () => undefined }
  const membership = await join({ servers, clock, ids: randomIds }, options)
  joined.push(membership)
  return membership
}

const isLost = ({ lost }: Membership) => Promise.race([lost.then(() => true), delay(20, false)])

test('servers of one store live side by side; one of another store is refused with both names', async () => {
  await come('folder:aa')
  await (await come('folder:aa')).mustBeAlive()
  await expect(come('s3:eu-central-1/plants/')).rejects.toThrow(
    /^DATA_DIR \/data is served by a live node .*folder whose blobs\/store\.id says aa.*bucket eu-central-1\/plants\/.*45 s/,
  )
})

test('once the last of a store has left, another store may come at once', async () => {
  await (await come('folder:aa')).leave()
  await (await come('folder:bb')).mustBeAlive()
})

test('one that was killed is in the way for as long as it counts as alive, and no longer', async () => {
  const silent: ServerRecords = { ...records.servers, remove: async () => undefined }
  await (await come('folder:aa', silent)).leave()
  clock.advance(LIFE_MS - 5_000)
  await expect(come('folder:bb')).rejects.toThrow('says aa')
  clock.advance(5_000)
  await (await come('folder:bb')).mustBeAlive()
})

test('one that was silent for too long comes back where nobody else has come', async () => {
  const membership = await come('folder:aa')
  clock.advance(LIFE_MS * 2)
  expect(await records.servers.listAlive(clock.now())).toEqual([])
  await membership.mustBeAlive()
  expect(await records.servers.listAlive(clock.now())).toHaveLength(1)
  expect(await isLost(membership)).toBe(false)
})

test('one that was silent for too long is lost where another store has taken over', async () => {
  const membership = await come('folder:aa')
  clock.advance(LIFE_MS)
  await come('folder:bb')
  await expect(membership.mustBeAlive()).rejects.toMatchObject({ code: 'service_unavailable' })
  expect((await membership.lost).message).toMatch(/says bb.*says aa/)
  await expect(membership.mustBeAlive()).rejects.toMatchObject({ code: 'service_unavailable' })
})

test('one that cannot reach the rows may write while it surely counts as alive, and not after that', async () => {
  let isAway = false
  const away: ServerRecords = {
    ...records.servers,
    saveAlive: async (server, now) => {
      if (isAway) throw unavailable(new Error('away'))
      return records.servers.saveAlive(server, now)
    },
  }
  const membership = await come('folder:aa', away)
  isAway = true
  clock.advance(20_000)
  await membership.mustBeAlive()
  clock.advance(10_000) // others count it as alive still, but a write may take its time
  await expect(membership.mustBeAlive()).rejects.toMatchObject({ code: 'service_unavailable' })
  isAway = false
  await membership.mustBeAlive()
})
