// What the door for time asks of leased jobs.
import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/ground/job.ts'
import { NOON } from '../support/specimens.ts'
import { type OpenInstallation, useInstallation } from '../support/use-records.ts'

const jobOf = (id: string, changes: Partial<Job> = {}): Job => ({
  id,
  kind: 'fetch',
  subject: `asset_of_${id}`,
  payload: { url: 'https://files.example.com/fern.png' },
  runAt: NOON,
  tries: 0,
  ...changes,
})

const UNTIL = NOON + 60_000

export function describeJobRecords(name: string, open: OpenInstallation): void {
  describe(`${name}: jobs`, () => {
    const installation = useInstallation(open)
    const jobs = () => installation.records.jobs
    const claim = async (now: number, limit = 10, owner = 'one') =>
      (await jobs().claim({ owner, until: now + 60_000, now }, limit)).map(({ id }) => id)

    it('come back as they were written, with the try that taking them is', async () => {
      await jobs().add(jobOf('job_1', { tries: 2 }))
      const lease = { owner: 'one', until: UNTIL, now: NOON }
      expect(await jobs().claim(lease, 1)).toEqual([jobOf('job_1', { tries: 3 })])
    })

    it('are made once by their id', async () => {
      await jobs().add(jobOf('job_1'))
      await jobs().add(jobOf('job_1', { payload: {} }))
      expect(await jobs().claim({ owner: 'one', until: UNTIL, now: NOON }, 9)).toEqual([
        jobOf('job_1', { tries: 1 }),
      ])
    })

    it('are taken from the moment they are due, the longest due first', async () => {
      await jobs().add(jobOf('job_late', { runAt: NOON + 2 }))
      await jobs().add(jobOf('job_early', { runAt: NOON + 1 }))
      expect(await claim(NOON)).toEqual([])
      expect(await claim(NOON + 2, 1)).toEqual(['job_early'])
      expect(await claim(NOON + 2)).toEqual(['job_late'])
    })

    it('are counted from the moment they are due, unless somebody has them', async () => {
      expect(await jobs().due(NOON, 9)).toEqual({ count: 0, oldestAt: null })
      for (const [n, id] of ['job_1', 'job_2', 'job_3'].entries())
        await jobs().add(jobOf(id, { runAt: NOON + n }))
      expect(await jobs().due(NOON + 1, 9)).toEqual({ count: 2, oldestAt: NOON })
      expect(await jobs().due(NOON + 2, 1)).toEqual({ count: 1, oldestAt: NOON })
      await claim(NOON, 1)
      expect(await jobs().due(NOON + 2, 9)).toEqual({ count: 2, oldestAt: NOON + 1 })
      expect(await jobs().due(NOON + 60_000, 9)).toEqual({ count: 3, oldestAt: NOON })
    })

    it('are left to whoever has them until the lease is over', async () => {
      await jobs().add(jobOf('job_1'))
      expect(await claim(NOON)).toEqual(['job_1'])
      expect(await claim(UNTIL - 1, 10, 'two')).toEqual([])
      expect(await claim(UNTIL, 10, 'two')).toEqual(['job_1'])
      expect(await jobs().renew('job_1', { owner: 'one', until: UNTIL + 1 })).toBe(false)
      expect(await jobs().renew('job_1', { owner: 'two', until: UNTIL + 1 })).toBe(true)
    })

    it('end by whoever has them, and by nobody else', async () => {
      await jobs().add(jobOf('job_1'))
      await jobs().remove('job_1', 'one')
      expect(await claim(NOON)).toEqual(['job_1'])
      await jobs().remove('job_1', 'two')
      expect(await claim(UNTIL, 10, 'two')).toEqual(['job_1'])
      await jobs().remove('job_1', 'one')
      expect(await jobs().renew('job_1', { owner: 'two', until: UNTIL * 2 })).toBe(true)
      await jobs().remove('job_1', 'two')
      expect(await claim(UNTIL * 3)).toEqual([])
    })

    it('can be given back to be run later, and removed', async () => {
      await jobs().add(jobOf('job_1'))
      await claim(NOON)
      await jobs().release('job_1', 'two', NOON)
      expect(await claim(NOON + 1)).toEqual([])
      await jobs().release('job_1', 'one', NOON + 5)
      expect(await claim(NOON + 4)).toEqual([])
      expect(await claim(NOON + 5)).toEqual(['job_1'])
      await jobs().remove('job_1', 'one')
      expect(await claim(UNTIL * 2)).toEqual([])
    })

    it('are each taken by one of many processes that ask at once', async () => {
      for (let n = 0; n < 40; n++) await jobs().add(jobOf(`job_${n}`))
      const others = [installation.records, await installation.openAgain()]
      const asking = Array.from({ length: 8 }, (_, n) =>
        others[n % 2]?.jobs.claim({ owner: `owner ${n}`, until: UNTIL + n, now: NOON }, 5),
      )
      const taken = (await Promise.all(asking)).flatMap(jobs => jobs?.map(({ id }) => id) ?? [])
      expect(new Set(taken).size).toBe(taken.length)
      const rest = await claim(NOON, 100)
      expect(new Set([...taken, ...rest]).size).toBe(40)
    })
  })
}
