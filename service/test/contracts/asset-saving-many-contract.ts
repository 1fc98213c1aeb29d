// Many changes of assets at once: each stands for itself, and their order is that of the list.
import { describe, expect, it } from 'vitest'
import type { PendingAsset } from '../../src/assets/asset.ts'
import type { AssetChange } from '../../src/assets/ports.ts'
import type { RequestRecord } from '../../src/ground/request-record.ts'
import { attemptOf, eventOf, pendingOf, requestOf } from '../support/specimens.ts'
import { type OpenInstallation, useGarden } from '../support/use-records.ts'

const makes = (asset: PendingAsset, request?: RequestRecord): AssetChange => ({
  asset: { after: asset },
  attempts: [{ after: attemptOf(asset) }],
  events: [eventOf(asset)],
  request,
})

export function describeAssetSavingMany(name: string, open: OpenInstallation): void {
  describe(`${name}: saving many assets`, () => {
    const garden = useGarden(open)
    const newAssets = (count: number) => Array.from({ length: count }, () => pendingOf(garden.workspaceId))
    const listed = async () => {
      const page = await garden.assets.list({ workspaceId: garden.workspaceId }, { limit: 100 })
      return page.items.map(({ asset }) => asset.id)
    }

    it('writes each with all that belongs to it, the last as the newest', async () => {
      const assets = newAssets(50)
      const requests = assets.map(() => requestOf())
      const outcomes = await garden.assets.saveAll(assets.map((asset, n) => makes(asset, requests[n])))
      expect(new Set(outcomes)).toEqual(new Set(['saved']))
      expect(outcomes).toHaveLength(50)
      expect(await listed()).toEqual(assets.map(({ id }) => id).reverse())
      for (const [n, asset] of assets.entries()) {
        expect(await garden.assets.findUpload(asset.id)).toMatchObject({
          asset,
          attempt: { n: 1, state: 'open' },
        })
        expect(await garden.records.findRequest(requests[n] ?? requestOf())).toEqual(requests[n])
      }
      expect((await garden.assets.usage(garden.workspaceId)).openAttempts).toBe(50)
      expect(await garden.assets.count(garden.workspaceId)).toBe(50)
    })

    it('leaves out what cannot be written, and nothing else', async () => {
      const taken = requestOf()
      await garden.records.saveRequest(taken)
      const [first, second, third] = newAssets(3) as [PendingAsset, PendingAsset, PendingAsset] // three were made
      const changes = [makes(first), makes(second, taken), makes(third)]
      expect(await garden.assets.saveAll(changes)).toEqual(['saved', 'already_answered', 'saved'])
      expect(await listed()).toEqual([third.id, first.id])
      expect((await garden.assets.usage(garden.workspaceId)).openAttempts).toBe(2)
    })

    it('lets the first of two with one request win', async () => {
      const request = requestOf()
      const [first, second] = newAssets(2) as [PendingAsset, PendingAsset] // two were made
      const changes = [makes(first, request), makes(second, request)]
      expect(await garden.assets.saveAll(changes)).toEqual(['saved', 'already_answered'])
      expect(await listed()).toEqual([first.id])
    })

    it('of nothing is nothing', async () => {
      expect(await garden.assets.saveAll([])).toEqual([])
    })

    it('meets others of its kind without losing or doubling one', async () => {
      const requests = Array.from({ length: 10 }, () => requestOf())
      const other = await garden.openAgain()
      const answers = await Promise.all(
        [garden.assets, other.assets, garden.assets, other.assets].map((assets, n) => {
          const changes = newAssets(10).map((asset, at) => makes(asset, requests[n % 2 === 0 ? at : 9 - at]))
          return assets.saveAll(changes)
        }),
      )
      expect(answers.flat().filter(outcome => outcome === 'saved')).toHaveLength(10)
      expect(await listed()).toHaveLength(10)
      expect((await garden.assets.usage(garden.workspaceId)).openAttempts).toBe(10)
    })
  })
}
