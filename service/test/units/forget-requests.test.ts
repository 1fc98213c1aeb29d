// The sweep's forgetting of old requests: batch after batch, until none is left.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { REQUEST_TTL_MS } from '../../src/ground/request-record.ts'
import { forgetRequests } from '../../src/jobs/forget-requests.ts'
import { openSqlite } from '../../src/records/sqlite/open-sqlite.ts'
import { requestOf } from '../support/specimens.ts'
import { createTestClock } from '../support/test-clock.ts'

test('more requests than a batch holds are all forgotten by one sweep; younger ones stay', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-forgetting-'))
  const records = await openSqlite(folder)
  const clock = createTestClock()
  const at = clock.now() - REQUEST_TTL_MS
  for (let n = 0; n < 501; n++) await records.saveRequest(requestOf({ at }))
  const young = requestOf({ at: at + 60_000 })
  await records.saveRequest(young)
  expect(await forgetRequests({ ...records, clock })).toBe(501)
  expect(await records.findRequest(young)).toEqual(young)
  await records.close()
  await rm(folder, { recursive: true })
})
