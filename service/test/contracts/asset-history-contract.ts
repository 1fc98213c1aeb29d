// An asset's past: its attempts and events, in their order, and nobody else's.
import { describe, expect, it } from 'vitest'
import { claimed, closed, released } from '../../src/assets/attempt.ts'
import { attemptOf, eventOf, NOON, pendingOf } from '../support/specimens.ts'
import { type OpenInstallation, useGarden } from '../support/use-records.ts'

export function describeAssetHistory(name: string, open: OpenInstallation): void {
  describe(`${name}: an asset's past`, () => {
    const garden = useGarden(open)

    /** An asset with an attempt and an event for each number from 1, of which the last attempt is open. */
    async function plantPast(count: number) {
      const asset = pendingOf(garden.workspaceId, { attempt: count })
      const cutShort = released(claimed(attemptOf(asset), { now: NOON, transport: 'put' }), 'client')
      const attempts = Array.from({ length: count }, (_, at) => {
        const attempt = { ...cutShort, n: at + 1, quarantineKey: `${cutShort.quarantineKey}${at}` }
        return at + 1 === count ? attempt : closed(attempt, 'superseded')
      })
      // Of the same moment: their order is that of the writes.
      const events = attempts.map(({ n }) => eventOf(asset, { attempt: n, type: 'asset.retried' }))
      await garden.assets.save({
        asset: { after: asset },
        attempts: attempts.map(after => ({ after })),
        events,
      })
      return { id: asset.id, attempts, events }
    }

    it('is told oldest first, complete in every field', async () => {
      const { id, attempts, events } = await plantPast(12)
      await plantPast(2)
      expect(await garden.assets.history(id, 100)).toStrictEqual({ attempts, events })
    })

    it('is told from its newest end where it is longer than asked for', async () => {
      const { id, attempts, events } = await plantPast(5)
      const newest = { attempts: attempts.slice(-2), events: events.slice(-2) }
      expect(await garden.assets.history(id, 2)).toStrictEqual(newest)
    })

    it('is empty for an asset that is not there', async () => {
      expect(await garden.assets.history('asset_unknown', 100)).toStrictEqual({ attempts: [], events: [] })
    })
  })
}
