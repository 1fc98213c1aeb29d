// The one write of an asset's change: all of it or nothing, and each step only over the row it was decided on.
import { describe, expect, it } from 'vitest'
import { published, reopened } from '../../src/assets/asset.ts'
import { claimed, closed } from '../../src/assets/attempt.ts'
import type { AssetChange } from '../../src/assets/ports.ts'
import {
  attemptOf,
  eventOf,
  NOON,
  nodeOf,
  noMedia,
  pendingOf,
  readyOf,
  requestOf,
} from '../support/specimens.ts'
import { type OpenInstallation, plant, useGarden } from '../support/use-records.ts'

const admitted = {
  admitted: true,
  contentType: 'image/png',
  sizeBytes: 10,
  sha256: 'a'.repeat(64),
  width: 1,
  height: 1,
  media: noMedia,
} as const

export function describeAssetSaving(name: string, open: OpenInstallation): void {
  describe(`${name}: saving an asset`, () => {
    const garden = useGarden(open)

    /** Plants a pending asset and answers every step of making it ready. */
    const aboutToBeReady = async () => {
      const pending = await plant(garden.assets, pendingOf(garden.workspaceId))
      const attempt = attemptOf(pending, { n: 2 })
      await garden.assets.save({ attempts: [{ after: attempt }], events: [] })
      const ready = published(pending, admitted, { blobKey: `media/ab/${pending.mediaToken}`, now: NOON })
      const change = {
        asset: { before: pending, after: ready },
        attempts: [{ before: attempt, after: closed(attempt, 'won') }],
        node: nodeOf(garden.projectId, ready.id, { createdAt: NOON + 60_000 }),
        events: [eventOf(ready)],
        request: requestOf(),
      } satisfies AssetChange
      return { pending, attempt, ready, change }
    }

    /** Nothing of the change is to be seen, not even its event: that can still be written. */
    const expectUnwritten = async ({
      pending,
      attempt,
      change,
    }: Awaited<ReturnType<typeof aboutToBeReady>>) => {
      expect(await garden.assets.find(pending.id)).toEqual(pending)
      expect((await garden.assets.findUpload(pending.id, 2))?.attempt.fence).toBe(attempt.fence)
      expect((await garden.records.projects.nodes(garden.projectId, { limit: 10 })).items).toEqual([])
      expect((await garden.records.projects.find(garden.projectId))?.lastModified).toBe(NOON)
      expect(await garden.records.findRequest(change.request)).toBeUndefined()
      expect(await garden.assets.save({ events: change.events })).toBe('saved')
    }

    it('writes asset, attempt, node, events and request together', async () => {
      const { ready, change } = await aboutToBeReady()
      expect(await garden.assets.save(change)).toBe('saved')
      expect(await garden.assets.findUpload(ready.id, 2)).toEqual({
        asset: ready,
        attempt: change.attempts[0]?.after,
      })
      const nodes = await garden.records.projects.nodes(garden.projectId, { limit: 10 })
      expect(nodes.items).toMatchObject([change.node])
      expect(await garden.records.findRequest(change.request)).toEqual(change.request)
    })

    it('is there for another process at once, and after everything was closed', async () => {
      const asset = await plant(garden.assets, readyOf(garden.workspaceId))
      const other = await garden.openAgain()
      expect(await other.assets.find(asset.id)).toEqual(asset)
    })

    it('refuses a change that was decided on an older version, and writes nothing of it', async () => {
      const upload = await aboutToBeReady()
      const newer = { ...upload.pending, folder: 'moved', version: 2 }
      await garden.assets.save({ asset: { before: upload.pending, after: newer }, events: [] })
      expect(await garden.assets.save(upload.change)).toBe('stale')
      await expectUnwritten({ ...upload, pending: newer })
    })

    it('refuses a change of an attempt that has another state by now', async () => {
      const asset = await plant(garden.assets, pendingOf(garden.workspaceId))
      const attempt = attemptOf(asset, { n: 2 })
      const expired = closed(attempt, 'expired')
      await garden.assets.save({ attempts: [{ after: attempt }], events: [] })
      await garden.assets.save({ attempts: [{ before: attempt, after: expired }], events: [] })
      const late = { before: attempt, after: closed(attempt, 'won') }
      expect(await garden.assets.save({ attempts: [late], events: [] })).toBe('stale')
      expect((await garden.assets.findUpload(asset.id, 2))?.attempt).toEqual(expired)
    })

    it('refuses a change of an attempt whose fence another upload has raised', async () => {
      const asset = await plant(garden.assets, pendingOf(garden.workspaceId))
      const attempt = attemptOf(asset, { n: 2 })
      const first = claimed(attempt, { now: NOON, transport: 'put' })
      const second = claimed(first, { now: NOON, transport: 'post' })
      await garden.assets.save({ attempts: [{ after: attempt }], events: [] })
      await garden.assets.save({ attempts: [{ before: attempt, after: first }], events: [] })
      await garden.assets.save({ attempts: [{ before: first, after: second }], events: [] })
      const late = { before: first, after: closed(first, 'won') }
      expect(await garden.assets.save({ attempts: [late], events: [] })).toBe('stale')
      expect((await garden.assets.findUpload(asset.id, 2))?.attempt).toEqual(second)
    })

    it('undoes the steps before one that is stale', async () => {
      const upload = await aboutToBeReady()
      const raised = claimed(upload.attempt, { now: NOON, transport: 'put' })
      await garden.assets.save({ attempts: [{ before: upload.attempt, after: raised }], events: [] })
      expect(await garden.assets.save(upload.change)).toBe('stale')
      await expectUnwritten({ ...upload, attempt: raised })
    })

    it('undoes the steps before one that cannot be written', async () => {
      const upload = await aboutToBeReady()
      const known = eventOf(upload.pending)
      await garden.assets.save({ events: [known] })
      const broken = { ...upload.change, events: [...upload.change.events, known] }
      await expect(garden.assets.save(broken)).rejects.toThrow()
      await expectUnwritten(upload)
    })

    it('refuses to write as new what is there already', async () => {
      const asset = await plant(garden.assets, pendingOf(garden.workspaceId))
      const twin = { ...asset, mediaToken: 'another', name: 'twin.png' }
      await expect(garden.assets.save({ asset: { after: twin }, events: [] })).rejects.toThrow()
      expect(await garden.assets.find(asset.id)).toEqual(asset)
    })

    it('closes one attempt and opens the next in one write', async () => {
      const asset = pendingOf(garden.workspaceId)
      const last = attemptOf(asset)
      await plant(garden.assets, asset, last)
      const again = reopened(asset)
      const next = attemptOf(again)
      const superseded = closed(last, 'superseded')
      const outcome = await garden.assets.save({
        asset: { before: asset, after: again },
        attempts: [{ before: last, after: superseded }, { after: next }],
        events: [eventOf(again), eventOf(again)],
      })
      expect(outcome).toBe('saved')
      expect(await garden.assets.findUpload(asset.id)).toEqual({ asset: again, attempt: next })
      expect(await garden.assets.findUpload(asset.id, 1)).toEqual({ asset: again, attempt: superseded })
    })

    it('lets exactly one of twenty changes of the same version through', async () => {
      const asset = await plant(garden.assets, pendingOf(garden.workspaceId))
      const other = await garden.openAgain()
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 === 0 ? garden.assets : other.assets).save({
            asset: { before: asset, after: { ...asset, folder: `f${n}`, version: 2 } },
            events: [eventOf(asset)],
          }),
        ),
      )
      const winner = outcomes.indexOf('saved')
      expect(outcomes.filter(outcome => outcome === 'stale')).toHaveLength(19)
      expect((await garden.assets.find(asset.id))?.folder).toBe(`f${winner}`)
    })

    it('moves a project forward with each node, and never back', async () => {
      const asset = await plant(garden.assets, readyOf(garden.workspaceId))
      for (const createdAt of [NOON + 2000, NOON + 1000])
        await garden.assets.save({ node: nodeOf(garden.projectId, asset.id, { createdAt }), events: [] })
      expect((await garden.records.projects.find(garden.projectId))?.lastModified).toBe(NOON + 2000)
    })
  })
}
