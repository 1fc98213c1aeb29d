// The removal of an asset: one write, over the rows it was decided on, and exact in what it takes off the counts.
import { describe, expect, it } from 'vitest'
import type { Asset } from '../../src/assets/asset.ts'
import { type Attempt, claimed, closed, type OpenAttempt, received } from '../../src/assets/attempt.ts'
import type { Upload } from '../../src/assets/ports.ts'
import { randomIds } from '../../src/ground/ids.ts'
import type { Job } from '../../src/ground/job.ts'
import {
  attemptOf,
  bytesOf,
  eventOf,
  failedOf,
  NOON,
  nodeOf,
  pendingOf,
  readyOf,
  requestOf,
} from '../support/specimens.ts'
import { type OpenInstallation, plant, useGarden } from '../support/use-records.ts'

const whole = (attempt: OpenAttempt) => received(attempt, bytesOf(`${attempt.quarantineKey}.1`), NOON)
const upload = (attempt: OpenAttempt) => claimed(attempt, { now: NOON, transport: 'put' })

export function describeAssetRemoval(name: string, open: OpenInstallation): void {
  describe(`${name}: removing an asset`, () => {
    const garden = useGarden(open)

    const planted = async (
      asset: Asset = pendingOf(garden.workspaceId),
      state: (open: OpenAttempt) => Attempt = it => it,
    ): Promise<Upload> => {
      const attempt = state(attemptOf(asset))
      return { asset: await plant(garden.assets, asset, attempt), attempt }
    }
    const remove = (it: Upload) => garden.assets.save({ remove: it, events: [] })
    const weight = async () => ({
      ...(await garden.assets.usage(garden.workspaceId)),
      assets: await garden.assets.count(garden.workspaceId),
    })
    const jobOf = (it: Upload): Job => ({
      id: randomIds.id('job'),
      kind: 'discard',
      subject: it.asset.id,
      payload: { keys: '["media/ab/cd"]' },
      runAt: NOON,
      tries: 1,
    })

    it('leaves nothing of it, and nothing of it in searches and lists', async () => {
      const it = await planted(readyOf(garden.workspaceId), attempt => closed(whole(attempt), 'won'))
      expect(await remove(it)).toBe('saved')
      expect(await garden.assets.find(it.asset.id)).toBeUndefined()
      expect(await garden.assets.findUpload(it.asset.id, 1)).toBeUndefined()
      expect(await garden.assets.findReady(it.asset.mediaToken)).toBeUndefined()
      const filter = { workspaceId: garden.workspaceId, query: 'fern' }
      expect((await garden.assets.list(filter, { limit: 10 })).items).toEqual([])
    })

    it.each([
      ['ready', (ws: string) => readyOf(ws), (it: OpenAttempt) => closed(whole(it), 'won')],
      ['failed', (ws: string) => failedOf(ws), (it: OpenAttempt) => closed(whole(it), 'failed')],
      ['reserved', (ws: string) => pendingOf(ws), (it: OpenAttempt) => it],
      ['arriving', (ws: string) => pendingOf(ws), upload],
      ['received', (ws: string) => pendingOf(ws), whole],
      [
        'received and arriving anew',
        (ws: string) => pendingOf(ws),
        (it: OpenAttempt) => claimed(whole(it), { now: NOON, transport: 'put' }),
      ],
      ['expired', (ws: string) => pendingOf(ws), (it: OpenAttempt) => closed(whole(it), 'expired')],
    ] as const)('takes off exactly what one that is %s weighs', async (_state, make, state) => {
      await planted(readyOf(garden.workspaceId), attempt => closed(attempt, 'won'))
      await planted(pendingOf(garden.workspaceId), whole)
      const before = await weight()
      expect(await remove(await planted(make(garden.workspaceId), state))).toBe('saved')
      expect(await weight()).toEqual(before)
    })

    it('takes off the one attempt of several that still weighs', async () => {
      const before = await weight()
      const first = await planted(failedOf(garden.workspaceId), attempt => closed(whole(attempt), 'failed'))
      const asset = pendingOf(garden.workspaceId, {
        ...first.asset,
        status: 'pending_upload',
        attempt: 2,
        version: 2,
      })
      const attempt = whole(attemptOf(asset))
      await garden.assets.save({
        asset: { before: first.asset, after: asset },
        attempts: [{ after: attempt }],
        events: [],
      })
      expect(await remove({ asset, attempt })).toBe('saved')
      expect(await weight()).toEqual(before)
    })

    it('leaves its nodes with their label, without an asset', async () => {
      const it = await planted(readyOf(garden.workspaceId))
      const node = nodeOf(garden.projectId, it.asset.id)
      await garden.assets.save({ node, events: [] })
      await remove(it)
      const { items } = await garden.records.projects.nodes(garden.projectId, { limit: 10 })
      expect(items).toMatchObject([{ id: node.id, label: node.label, assetId: null, mediaToken: null }])
    })

    it('is written with its event, its request and the job that goes on, and ends the jobs before', async () => {
      const it = await planted()
      const [earlier, next] = [jobOf(it), jobOf(it)]
      await garden.records.jobs.add(earlier)
      const request = requestOf({ method: 'DELETE', status: 204, subjectId: it.asset.id, attempt: null })
      const event = eventOf(it.asset, { type: 'asset.deleted', data: { status: 'pending_upload' } })
      const lease = { owner: 'me', until: NOON + 1 }
      const change = {
        remove: it,
        endJobsOf: it.asset.id,
        job: { begin: next, lease },
        events: [event],
        request,
      }
      expect(await garden.assets.save(change)).toBe('saved')
      expect(await garden.records.findRequest(request)).toEqual(request)
      expect(await garden.records.jobs.renew(next.id, lease)).toBe(true)
      const due = await garden.records.jobs.claim({ owner: 'other', until: NOON + 9, now: NOON + 5 }, 10)
      expect(due).toEqual([{ ...next, tries: 2 }])
      await expect(garden.assets.save({ events: [event] })).rejects.toThrow()
    })

    it('changes nothing where the asset or its attempt is not as it was when it was decided', async () => {
      const it = await planted(pendingOf(garden.workspaceId), upload)
      const before = await weight()
      const { asset, attempt } = it
      const stale = [
        { asset: { ...asset, version: 2 }, attempt },
        { asset, attempt: { ...attempt, fence: 0 } },
        { asset, attempt: whole(attemptOf(asset, { fence: 0 })) },
        { asset, attempt: { ...attempt, n: 2 } },
        { asset: { ...asset, id: 'asset_unknown' }, attempt },
      ]
      for (const wrong of stale) expect(await remove(wrong)).toBe('stale')
      expect(await garden.assets.findUpload(asset.id)).toEqual(it)
      expect(await weight()).toEqual(before)
    })

    it('happens once, of twenty at the same time', async () => {
      const it = await planted(readyOf(garden.workspaceId))
      const other = await garden.openAgain()
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 === 0 ? garden.assets : other.assets).save({ remove: it, events: [] }),
        ),
      )
      expect(outcomes.filter(outcome => outcome === 'saved')).toHaveLength(1)
      expect(await weight()).toEqual({ quotaBytes: null, usedBytes: 0, openAttempts: 0, assets: 0 })
    })

    it('leaves no place for what comes too late: a node, an upload that ends, a retry', async () => {
      const it = await planted(readyOf(garden.workspaceId))
      await remove(it)
      const { asset, attempt } = it
      const node = nodeOf(garden.projectId, asset.id)
      const late = [
        { node, events: [eventOf(asset)] },
        { attempts: [{ before: attempt, after: closed(attempt, 'won') }], events: [] },
        { asset: { before: asset, after: { ...asset, version: 2 } }, events: [] },
      ]
      for (const change of late) expect(await garden.assets.save(change)).toBe('stale')
      expect((await garden.records.projects.nodes(garden.projectId, { limit: 10 })).items).toEqual([])
    })
  })
}
