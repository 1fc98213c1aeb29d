// Which assets' hour to be deleted has come: a question about every workspace at once.
import { beforeEach, describe, expect, it } from 'vitest'
import { retained } from '../../src/assets/asset.ts'
import { attemptOf, failedOf, NOON, pendingOf, readyOf } from '../support/specimens.ts'
import { addWorkspace, type OpenInstallation, plant, useInstallation } from '../support/use-records.ts'

export function describeAssetRetention(name: string, open: OpenInstallation): void {
  describe(`${name}: assets that have an hour to go`, () => {
    const installation = useInstallation(open)
    let workspaceId = ''
    beforeEach(async () => {
      workspaceId = (await addWorkspace(installation.records)).id
    })

    const ephemeral = (deleteAfter: number) => ({ retention: 'ephemeral' as const, deleteAfter })
    const outlived = (now: number, limit = 100) => installation.records.assets.findOutlived(now, limit)

    it('are none where none has one', async () => {
      await plant(installation.records.assets, readyOf(workspaceId))
      await plant(installation.records.assets, pendingOf(workspaceId, { retention: 'pinned' }))
      expect(await outlived(NOON * 2)).toEqual([])
    })

    it('are found from that hour on, in any state, with their current attempt', async () => {
      const make = [pendingOf, readyOf, failedOf]
      const made = make.map((of, n) => of(workspaceId, { attempt: 2, ...ephemeral(NOON + n) }))
      for (const asset of made) {
        await plant(installation.records.assets, asset, attemptOf(asset))
        const before = attemptOf({ id: asset.id, attempt: 1 })
        await installation.records.assets.save({ attempts: [{ after: before }], events: [] })
      }
      expect(await outlived(NOON - 1)).toEqual([])
      expect((await outlived(NOON)).map(({ asset }) => asset)).toEqual(made.slice(0, 1))
      const all = await outlived(NOON + 2)
      expect(all.map(({ asset }) => asset)).toEqual(made)
      expect(all.map(({ attempt }) => attempt.n)).toEqual([2, 2, 2])
    })

    it('come the earliest first, and no more than are asked for', async () => {
      const hours = [NOON + 3, NOON + 1, NOON + 2]
      for (const hour of hours)
        await plant(installation.records.assets, readyOf(workspaceId, ephemeral(hour)))
      expect((await outlived(NOON + 9, 2)).map(({ asset }) => asset.deleteAfter)).toEqual([
        NOON + 1,
        NOON + 2,
      ])
    })

    it('are not found any more once they are kept for good', async () => {
      const before = await plant(installation.records.assets, readyOf(workspaceId, ephemeral(NOON)))
      const after = retained(before, { retention: 'pinned', deleteAfter: null })
      expect(await installation.records.assets.save({ asset: { before, after }, events: [] })).toBe('saved')
      expect(await outlived(NOON)).toEqual([])
      expect(await installation.records.assets.find(before.id)).toStrictEqual(after)
    })

    it('weigh what they weighed, however they are kept', async () => {
      const { assets } = installation.records
      const before = await plant(assets, readyOf(workspaceId, ephemeral(NOON)))
      const weight = await assets.usage(workspaceId)
      const after = retained(before, { retention: 'standard', deleteAfter: null })
      await assets.save({ asset: { before, after }, events: [] })
      expect(await assets.usage(workspaceId)).toEqual(weight)
    })

    it('are not removed as they were found once they are kept for longer', async () => {
      const { assets } = installation.records
      const before = await plant(assets, readyOf(workspaceId, ephemeral(NOON)))
      const [found] = await outlived(NOON)
      const after = retained(before, ephemeral(NOON + 5))
      await assets.save({ asset: { before, after }, events: [] })
      expect(found && (await assets.save({ remove: found, events: [] }))).toBe('stale')
      expect(await assets.find(before.id)).toStrictEqual(after)
    })
  })
}
