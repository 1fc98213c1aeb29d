// What whoever reconciles rows with bytes asks of the rows.
import { describe, expect, it } from 'vitest'
import { closed, received } from '../../src/assets/attempt.ts'
import type { NamedBytes } from '../../src/upkeep/ports.ts'
import { flattened } from '../support/flattened.ts'
import { attemptOf, bytesOf, eventOf, failedOf, NOON, pendingOf, readyOf } from '../support/specimens.ts'
import { addWorkspace, type OpenInstallation, plant, useInstallation } from '../support/use-records.ts'

/** More than any page holds. */
const MANY = 501

export function describeUpkeepRecords(name: string, open: OpenInstallation): void {
  describe(`${name}: rows for upkeep`, () => {
    const installation = useInstallation(open)
    const upkeep = () => installation.records.upkeep

    const plantReceived = async (workspaceId: string, isOver = false) => {
      const asset = pendingOf(workspaceId)
      const attempt = received(attemptOf(asset), bytesOf(`quarantine/${asset.id}.1`), NOON)
      await plant(installation.records.assets, asset, isOver ? closed(attempt, 'superseded') : attempt)
      const { key, sizeBytes, sha256 } = attempt.received
      return { assetId: asset.id, attempt: 1, key, sizeBytes, sha256 }
    }

    it('name the bytes of every ready asset once, in the order they were made, and of no other', async () => {
      const workspace = await addWorkspace(installation.records)
      const planted: NamedBytes[] = []
      for (let n = 0; n < MANY; n++) {
        const asset = await plant(installation.records.assets, readyOf(workspace.id, { sizeBytes: n + 1 }))
        const { id, blobKey, sizeBytes, sha256 } = asset
        planted.push({ assetId: id, attempt: null, key: blobKey, sizeBytes, sha256 })
      }
      await plant(installation.records.assets, pendingOf(workspace.id))
      await plant(installation.records.assets, failedOf(workspace.id))
      expect(await flattened(upkeep().readyBytes())).toEqual(planted)
      expect(await upkeep().readyTotals()).toEqual({ files: MANY, bytes: (MANY * (MANY + 1)) / 2 })
    })

    it('name and count the bytes of one workspace alone where one is asked for', async () => {
      const [one, two] = [await addWorkspace(installation.records), await addWorkspace(installation.records)]
      await plant(installation.records.assets, readyOf(one.id, { sizeBytes: 5 }))
      const other = await plant(installation.records.assets, readyOf(two.id, { sizeBytes: 7 }))
      expect((await flattened(upkeep().readyBytes(two.id))).map(({ assetId }) => assetId)).toEqual([other.id])
      expect(await upkeep().readyTotals(two.id)).toEqual({ files: 1, bytes: 7 })
      expect(await upkeep().readyTotals('ws_unknown')).toEqual({ files: 0, bytes: 0 })
      expect(await flattened(upkeep().readyBytes('ws_unknown'))).toEqual([])
    })

    it('name received bytes while their attempt can win', async () => {
      const workspace = await addWorkspace(installation.records)
      await plant(installation.records.assets, pendingOf(workspace.id))
      await plantReceived(workspace.id, true)
      const some = [await plantReceived(workspace.id), await plantReceived(workspace.id)]
      const byId = (a: NamedBytes, b: NamedBytes) => a.assetId.localeCompare(b.assetId)
      expect(await flattened(upkeep().receivedBytes())).toEqual(some.sort(byId))
    })

    it('know media keys that an asset has from those that none has', async () => {
      const workspace = await addWorkspace(installation.records)
      const asset = await plant(installation.records.assets, readyOf(workspace.id))
      const unknown = Array.from({ length: 1000 }, (_, n) => `media/00/${String(n).padStart(32, '0')}`)
      expect(await upkeep().knownMediaKeys([asset.blobKey, ...unknown])).toEqual(new Set([asset.blobKey]))
      expect(await upkeep().knownMediaKeys([])).toEqual(new Set())
    })

    it('tell the newest time that a row bears', async () => {
      expect(await upkeep().newestTime()).toBeUndefined()
      const workspace = await addWorkspace(installation.records)
      expect(await upkeep().newestTime()).toBe(NOON)
      const asset = pendingOf(workspace.id, { createdAt: NOON + 1 })
      await plant(installation.records.assets, asset)
      expect(await upkeep().newestTime()).toBe(NOON + 1)
      await installation.records.assets.save({ events: [eventOf(asset, { at: NOON + 9 })] })
      expect(await upkeep().newestTime()).toBe(NOON + 9)
    })

    it('tell which jobs were begun again and again', async () => {
      const job = { kind: 'fetch', subject: 'asset_fern', payload: {}, runAt: 0 } as const
      await installation.records.jobs.add({ ...job, id: 'job_slow', tries: 5 })
      await installation.records.jobs.add({ ...job, id: 'job_fine', tries: 4 })
      expect(await upkeep().stubbornJobs(5)).toEqual([
        { id: 'job_slow', kind: 'fetch', assetId: 'asset_fern', tries: 5 },
      ])
    })

    it('are sound after all that', async () => {
      const workspace = await addWorkspace(installation.records)
      await plant(installation.records.assets, readyOf(workspace.id))
      await plant(installation.records.assets, readyOf(workspace.id, { name: null }))
      expect(await upkeep().integrity()).toEqual([])
    })
  })
}
