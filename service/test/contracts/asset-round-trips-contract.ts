// Whatever an asset or an attempt says is said again, field by field, in each of their states.
import { describe, expect, it } from 'vitest'
import type { Asset } from '../../src/assets/asset.ts'
import {
  type Attempt,
  begun,
  claimed,
  closed,
  kept,
  received,
  released,
  renewed,
} from '../../src/assets/attempt.ts'
import { attemptOf, bytesOf, failedOf, NOON, pendingOf, readyOf } from '../support/specimens.ts'
import { type OpenInstallation, plant, useGarden } from '../support/use-records.ts'

const HUGE = 1024 ** 4

const attemptStates: Record<string, (open: ReturnType<typeof attemptOf>) => Attempt> = {
  open: open => open,
  'open, with an upload under way': open => claimed(open, { now: NOON, transport: 'post' }),
  'open, with an upload that goes on': open =>
    renewed(claimed(open, { now: NOON, transport: 'put' }), NOON + 9),
  'open, after an upload was cut short': open =>
    released(claimed(open, { now: NOON, transport: 'put' }), 'client'),
  'open, with a resumable upload begun, of no known length': open =>
    begun(open, { now: NOON, totalBytes: null }),
  'open, with some bytes of a resumable upload': open =>
    kept(
      begun(open, { now: NOON, totalBytes: HUGE }),
      { key: `${open.quarantineKey}.1`, sizeBytes: HUGE - 1, totalBytes: HUGE },
      { now: NOON + 5, ttlMs: 9_000_000 },
    ),
  'received, with a resumable upload begun anew': open =>
    begun(received(open, bytesOf(`${open.quarantineKey}.1`), NOON), { now: NOON + 8, totalBytes: 12 }),
  received: open => received(open, bytesOf(`${open.quarantineKey}.1`), NOON + 7),
  'received, of no known type': open =>
    received(open, bytesOf(`${open.quarantineKey}.1`, { sniffedType: null, sizeBytes: HUGE }), NOON),
  'received, and being sent again': open =>
    claimed(received(open, bytesOf(`${open.quarantineKey}.1`), NOON), { now: NOON + 8, transport: 'direct' }),
  won: open => closed(received(open, bytesOf('quarantine/won.1'), NOON), 'won'),
  failed: open => closed(received(open, bytesOf('quarantine/failed.1', { sizeBytes: 0 }), NOON), 'failed'),
  expired: open => closed(open, 'expired'),
  superseded: open => closed(received(open, bytesOf('quarantine/old.1'), NOON), 'superseded'),
  cancelled: open => closed(open, 'cancelled'),
}

const oddMetadata = {
  plant: 'fern',
  'dots.and-dashes_9': '',
  '0': 'a "quoted" \\ value with \'both\' and\nlines',
  $: '✿ 東京 🌿',
  constructor: 'a word that objects know',
}

export function describeRoundTrips(name: string, open: OpenInstallation): void {
  describe(`${name}: what is kept`, () => {
    const garden = useGarden(open)

    const assetStates: Record<string, () => Asset> = {
      'pending, with nothing said of it': () =>
        pendingOf(garden.workspaceId, {
          name: null,
          declaredType: null,
          contentType: 'application/octet-stream',
        }),
      'pending, with everything said of it': () =>
        pendingOf(garden.workspaceId, {
          name: '東京 "fern" \'n\' moss; -- % _ \\ 🌿.png',
          folder: 'a/b c/é',
          metadata: oddMetadata,
          declaredSize: HUGE,
          declaredSha256: 'f'.repeat(64),
          projectId: garden.projectId,
          attempt: 9,
          version: 41,
        }),
      'ready picture': () => readyOf(garden.workspaceId, { uploadedVia: 'direct', sizeBytes: HUGE }),
      'ready sound': () =>
        readyOf(garden.workspaceId, { contentType: 'audio/wav', width: null, height: null, name: null }),
      failed: () => failedOf(garden.workspaceId, { uploadedVia: 'url', failureCode: 'too_many_pixels' }),
    }

    it.each(Object.keys(assetStates))('an asset that is %s comes back as it was', async state => {
      const asset = assetStates[state]?.() ?? expect.fail(`no ${state}`)
      await plant(garden.assets, asset)
      expect(await garden.assets.find(asset.id)).toStrictEqual(asset)
      const page = await garden.assets.list({ workspaceId: garden.workspaceId }, { limit: 1 })
      const { sizeBytes = 0, width, height, ...summary } = page.items[0]?.asset ?? {}
      expect(asset).toMatchObject(summary)
      const { status } = asset
      const known = { sizeBytes: null, width: null, height: null, ...(status === 'ready' ? asset : {}) }
      expect(known).toMatchObject({ sizeBytes, width, height })
    })

    it.each(Object.keys(attemptStates))('an attempt that is %s comes back as it was', async state => {
      const asset = pendingOf(garden.workspaceId)
      const attempt = attemptStates[state]?.(attemptOf(asset)) ?? expect.fail(`no ${state}`)
      await plant(garden.assets, asset, attempt)
      expect(await garden.assets.findUpload(asset.id)).toStrictEqual({ asset, attempt })
    })

    it.each(Object.keys(attemptStates))('an attempt that becomes %s is that afterwards', async state => {
      const asset = pendingOf(garden.workspaceId)
      const before = attemptOf(asset)
      const after = attemptStates[state]?.(before) ?? expect.fail(`no ${state}`)
      await plant(garden.assets, asset, before)
      expect(await garden.assets.save({ attempts: [{ before, after }], events: [] })).toBe('saved')
      expect(await garden.assets.findUpload(asset.id)).toStrictEqual({ asset, attempt: after })
    })

    it('an asset that is ready is found by its media token, and none that is not', async () => {
      const ready = await plant(garden.assets, readyOf(garden.workspaceId))
      const pending = await plant(garden.assets, pendingOf(garden.workspaceId))
      const failed = await plant(garden.assets, failedOf(garden.workspaceId))
      expect(await garden.assets.findReady(ready.mediaToken)).toStrictEqual({
        asset: ready,
        mediaAccess: 'public',
      })
      for (const token of [pending.mediaToken, failed.mediaToken, 'unknown', '', ready.id])
        expect(await garden.assets.findReady(token)).toBeUndefined()
    })

    it('an asset, an upload or an attempt that is not there is undefined', async () => {
      const asset = await plant(garden.assets, pendingOf(garden.workspaceId))
      expect(await garden.assets.find('asset_unknown')).toBeUndefined()
      expect(await garden.assets.find(asset.id.toUpperCase())).toBeUndefined()
      expect(await garden.assets.findUpload('asset_unknown')).toBeUndefined()
      expect(await garden.assets.findUpload(asset.id, 2)).toBeUndefined()
    })
  })
}
