// Which attempts' time is over: a question about every workspace at once.
import { beforeEach, describe, expect, it } from 'vitest'
import type { Attempt, OpenAttempt } from '../../src/assets/attempt.ts'
import { claimed, closed, LEASE_MS, received, released } from '../../src/assets/attempt.ts'
import { attemptOf, bytesOf, NOON, pendingOf } from '../support/specimens.ts'
import { addWorkspace, type OpenInstallation, plant, useInstallation } from '../support/use-records.ts'

export function describeAssetExpiry(name: string, open: OpenInstallation): void {
  describe(`${name}: finding overdue attempts`, () => {
    const installation = useInstallation(open)
    let workspaceId = ''
    beforeEach(async () => {
      workspaceId = (await addWorkspace(installation.records)).id
    })

    /** Plants a pending asset whose attempt expires at noon. */
    const plantAttempt = async (state: (open: OpenAttempt) => Attempt = it => it) => {
      const asset = pendingOf(workspaceId)
      const attempt = state(attemptOf(asset, { expiresAt: NOON }))
      await plant(installation.records.assets, asset, attempt)
      return { asset, attempt }
    }
    const overdue = (times: { now: number; abandonedBefore?: number }, limit = 100) =>
      installation.records.assets.findOverdue(
        { abandonedBefore: 0, unusedBefore: times.now, ...times },
        limit,
      )
    const upload = (attempt: OpenAttempt) => claimed(attempt, { now: NOON, transport: 'put' })
    const whole = (attempt: OpenAttempt) => received(attempt, bytesOf(`${attempt.quarantineKey}.1`), NOON - 5)

    it('finds none where there are none', async () => {
      expect(await overdue({ now: NOON * 2, abandonedBefore: NOON * 2 })).toEqual([])
    })

    it('finds an open attempt overdue from the moment it expires, with its asset', async () => {
      const late = await plantAttempt()
      expect(await overdue({ now: NOON - 1 })).toEqual([])
      expect(await overdue({ now: NOON })).toEqual([late])
    })

    it('leaves an upload alone while it holds its attempt, though the ticket has expired', async () => {
      const running = await plantAttempt(attempt => upload(attempt))
      expect(await overdue({ now: NOON + LEASE_MS - 1 })).toEqual([])
      expect(await overdue({ now: NOON + LEASE_MS })).toEqual([running])
    })

    it('finds an attempt overdue whose upload was cut short', async () => {
      const cut = await plantAttempt(attempt => released(upload(attempt), 'client'))
      expect(await overdue({ now: NOON })).toEqual([cut])
    })

    it('leaves whole bytes alone until they count as abandoned', async () => {
      const kept = await plantAttempt(whole)
      expect(await overdue({ now: NOON + 9000, abandonedBefore: NOON - 1 })).toEqual([])
      expect(await overdue({ now: NOON + 9000, abandonedBefore: NOON })).toEqual([kept])
    })

    it('leaves abandoned bytes alone while others take their place', async () => {
      const again = await plantAttempt(attempt => claimed(whole(attempt), { now: NOON, transport: 'put' }))
      const late = NOON + LEASE_MS
      expect(await overdue({ now: late - 1, abandonedBefore: NOON })).toEqual([])
      expect(await overdue({ now: late, abandonedBefore: NOON })).toEqual([again])
    })

    it('finds no attempt overdue that is over', async () => {
      for (const state of ['won', 'failed', 'expired', 'superseded', 'cancelled'] as const)
        await plantAttempt(attempt => closed(whole(attempt), state))
      expect(await overdue({ now: NOON * 2, abandonedBefore: NOON * 2 })).toEqual([])
    })

    it('finds as many overdue attempts as are asked for, of every workspace and both kinds', async () => {
      const other = await addWorkspace(installation.records)
      const foreign = pendingOf(other.id)
      await plant(installation.records.assets, foreign, attemptOf(foreign, { expiresAt: NOON - 1 }))
      const mine = [await plantAttempt(), await plantAttempt(whole), await plantAttempt(whole)]
      const all = await overdue({ now: NOON, abandonedBefore: NOON })
      const ids = [foreign.id, ...mine.map(({ asset }) => asset.id)]
      expect(all.map(({ asset }) => asset.id).sort()).toEqual(ids.sort())
      for (const limit of [1, 2, 3])
        expect(await overdue({ now: NOON, abandonedBefore: NOON }, limit)).toHaveLength(limit)
    })
  })
}
