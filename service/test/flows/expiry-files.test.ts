// What time does to files that no row knows: they go once no process can be at work on them.
import { utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningService, startService } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'

const SECOND_MS = 1000
const HOUR_MS = 3_600_000

const clock = createTestClock()
let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService({ world: { clock } })
})
afterAll(() => herbarium.close())

test.each(['incoming/AAAAAAAAAAAAAAAAAAAAAA.1', 'quarantine/AAAAAAAAAAAAAAAAAAAAAA.1'])(
  'what a dead process left at %s is removed after an hour, and not before',
  async file => {
    const left = path.join(herbarium.dataDir, 'blobs', file)
    await writeFile(left, 'half a file')
    await utimes(left, clock.now() / 1000, clock.now() / 1000)
    expect((await herbarium.service.sweep()).filesRemoved).toBe(0)
    clock.advance(HOUR_MS - 60 * SECOND_MS)
    expect((await herbarium.service.sweep()).filesRemoved).toBe(0)
    expect(await herbarium.files()).toEqual([file])
    clock.advance(61 * SECOND_MS)
    expect((await herbarium.service.sweep()).filesRemoved).toBe(1)
    expect(await herbarium.files()).toEqual([])
  },
)
