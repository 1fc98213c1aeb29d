// Writes of several processes that meet on the same assets: each is done whole or not at all, and all are counted.
import { describe, expect, it } from 'vitest'
import { type Attempt, begun, closed, received } from '../../src/assets/attempt.ts'
import type { AssetChange, Upload } from '../../src/assets/ports.ts'
import { attemptOf, bytesOf, NOON, pendingOf, readyOf } from '../support/specimens.ts'
import { addWorkspace, type OpenInstallation, plant, useInstallation } from '../support/use-records.ts'

const ASSETS = 12

const canWin = ({ state }: Attempt) => state === 'open' || state === 'received'

const bytesIn = ({ asset, attempt }: Upload): number => {
  if (!canWin(attempt)) return asset.status === 'ready' ? asset.sizeBytes : 0
  return (attempt.received?.sizeBytes ?? 0) + (attempt.partial?.sizeBytes ?? 0)
}

export function describeMeetingWrites(name: string, open: OpenInstallation): void {
  describe(`${name}: writes that meet`, () => {
    const installation = useInstallation(open)

    /** An asset with whole bytes, and four writes about it of which each knows of no other. */
    const prepare = async (workspaceId: string): Promise<{ id: string; changes: AssetChange[] }> => {
      const asset = pendingOf(workspaceId)
      const attempt = attemptOf(asset)
      await plant(installation.records.assets, asset, attempt)
      const part = begun(attempt, { now: NOON, totalBytes: 9 })
      const arrived = { ...part, partial: { key: `${attempt.quarantineKey}.1`, sizeBytes: 4, totalBytes: 9 } }
      const whole = received(attempt, bytesOf(`${attempt.quarantineKey}.2`, { sizeBytes: 9 }), NOON)
      const ready = readyOf(workspaceId, { ...asset, status: 'ready', version: 2, sizeBytes: 9 })
      return {
        id: asset.id,
        changes: [
          { attempts: [{ before: attempt, after: arrived }], events: [] },
          { attempts: [{ before: attempt, after: whole }], events: [] },
          {
            asset: { before: asset, after: ready },
            attempts: [{ before: attempt, after: closed(attempt, 'won') }],
            events: [],
          },
          { remove: { asset, attempt }, events: [] },
        ],
      }
    }

    it('leave counters that agree with the rows', async () => {
      const { assets } = installation.records
      const others = [assets, (await installation.openAgain()).assets]
      const workspace = await addWorkspace(installation.records)
      const prepared = []
      for (let n = 0; n < ASSETS; n++) prepared.push(await prepare(workspace.id))
      const meeting = prepared.flatMap(({ changes }, n) =>
        changes.map((_, m) => others[m % 2]?.save(changes[(n + m) % changes.length] ?? { events: [] })),
      )
      const outcomes = await Promise.all(meeting)
      expect(new Set(outcomes)).toEqual(new Set(['saved', 'stale']))
      const uploads = await Promise.all(prepared.map(({ id }) => assets.findUpload(id)))
      const there = uploads.filter(upload => upload !== undefined)
      const { usedBytes, openAttempts } = await assets.usage(workspace.id)
      expect({ assets: await assets.count(workspace.id), usedBytes, openAttempts }).toEqual({
        assets: there.length,
        usedBytes: there.reduce((sum, upload) => sum + bytesIn(upload), 0),
        openAttempts: there.filter(({ attempt }) => canWin(attempt)).length,
      })
    })
  })
}
