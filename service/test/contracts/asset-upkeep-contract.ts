// What counting, creating and the removal of leftovers ask of the rows.
import { describe, expect, it } from 'vitest'
import type { Attempt, OpenAttempt } from '../../src/assets/attempt.ts'
import { begun, claimed, closed, received, stagingKey } from '../../src/assets/attempt.ts'
import { attemptOf, bytesOf, failedOf, NOON, pendingOf, readyOf, requestOf } from '../support/specimens.ts'
import { addProject, addWorkspace, type OpenInstallation, plant, useGarden } from '../support/use-records.ts'

export function describeAssetUpkeep(name: string, open: OpenInstallation): void {
  describe(`${name}: counting assets and protecting their bytes`, () => {
    const garden = useGarden(open)

    const plantAttempt = async (state: (open: OpenAttempt) => Attempt = it => it) => {
      const asset = pendingOf(garden.workspaceId)
      const attempt = state(attemptOf(asset))
      await plant(garden.assets, asset, attempt)
      return { asset, attempt }
    }
    const upload = (attempt: OpenAttempt) => claimed(attempt, { now: NOON, transport: 'put' })
    const whole = (attempt: OpenAttempt) => received(attempt, bytesOf(`${attempt.quarantineKey}.1`), NOON - 5)

    it('counts the assets of one workspace, of any state, once each', async () => {
      expect(await garden.assets.count(garden.workspaceId)).toBe(0)
      const other = await addWorkspace(garden.records)
      await plant(garden.assets, readyOf(other.id))
      const pending = await plant(garden.assets, pendingOf(garden.workspaceId))
      await plant(garden.assets, readyOf(garden.workspaceId))
      await plant(garden.assets, failedOf(garden.workspaceId))
      const ready = readyOf(garden.workspaceId, { ...pending, status: 'ready', version: 2 })
      await garden.assets.save({ asset: { before: pending, after: ready }, events: [] })
      expect(await garden.assets.count(garden.workspaceId)).toBe(3)
      expect(await garden.assets.count(other.id)).toBe(1)
      expect(await garden.assets.count('ws_unknown')).toBe(0)
    })

    it('counts no asset whose write was undone', async () => {
      const request = requestOf()
      await garden.assets.save({ events: [], request })
      await garden.assets.save({ asset: { after: pendingOf(garden.workspaceId) }, events: [], request })
      expect(await garden.assets.count(garden.workspaceId)).toBe(0)
    })

    it('knows the projects of one workspace from those of another', async () => {
      const other = await addWorkspace(garden.records)
      const foreign = await addProject(garden.records, other.id)
      expect(await garden.assets.hasProject(garden.workspaceId, garden.projectId)).toBe(true)
      expect(await garden.assets.hasProject(garden.workspaceId, foreign.id)).toBe(false)
      expect(await garden.assets.hasProject(other.id, foreign.id)).toBe(true)
      expect(await garden.assets.hasProject(garden.workspaceId, 'prj_unknown')).toBe(false)
    })

    it('protects bytes that were received, bytes that are arriving, and what a form may bring', async () => {
      const open = (await plantAttempt()).attempt.quarantineKey
      const arriving = (await plantAttempt(attempt => upload(upload(attempt)))).attempt.quarantineKey
      const arrived = (await plantAttempt(whole)).attempt.quarantineKey
      const again = await plantAttempt(attempt => ({
        ...claimed(whole({ ...attempt, fence: 1 }), { now: NOON, transport: 'put' }),
      }))
      const both = again.attempt.quarantineKey
      const keys = [open, arriving, arrived, both].flatMap(key =>
        [0, 1, 2, 3, 4].map(fence => `${key}.${fence}`),
      )
      const ofForms = [open, arriving, arrived, both].map(key => `${key}.0`)
      const kept = [...ofForms, `${arriving}.2`, `${arrived}.1`, `${both}.1`, stagingKey(again.attempt)]
      expect(await garden.assets.protectedKeys(keys)).toEqual(new Set(kept))
    })

    /** An asset that was retried, and what `carry` makes of its next attempt, of the first one's key. */
    const plantRetried = async (carry: (next: OpenAttempt, key: string) => Attempt) => {
      const { asset, attempt: first } = await plantAttempt()
      const key = `${first.quarantineKey}.1`
      const attempts = [
        { before: first, after: closed(first, 'superseded') },
        { after: carry(attemptOf({ ...asset, attempt: 2 }), key) },
      ]
      expect(await garden.assets.save({ attempts, events: [] })).toBe('saved')
      return { key, dead: `${first.quarantineKey}.2` }
    }

    it('protects bytes that have arrived in part, also under the name an attempt before gave them', async () => {
      const partialOf = (key: string) => ({ key, sizeBytes: 9, totalBytes: null })
      const ours = (await plantAttempt(open => ({ ...open, partial: partialOf(`${open.quarantineKey}.1`) })))
        .attempt
      const carried = await plantRetried((next, key) => ({ ...next, partial: partialOf(key) }))
      const kept = [`${ours.quarantineKey}.1`, carried.key]
      const dead = [`${ours.quarantineKey}.2`, carried.dead]
      expect(await garden.assets.protectedKeys([...kept, ...dead])).toEqual(new Set(kept))
    })

    it('protects whole bytes under the name that an attempt before gave them', async () => {
      const { key, dead } = await plantRetried((next, key) => received(next, bytesOf(key), NOON))
      expect(await garden.assets.protectedKeys([key, dead])).toEqual(new Set([key]))
    })

    it('counts bytes that have arrived, in part or whole, until their attempt is over', async () => {
      const used = async () => (await garden.assets.usage(garden.workspaceId)).usedBytes
      const asset = await plant(garden.assets, pendingOf(garden.workspaceId))
      const attempt = attemptOf({ ...asset, attempt: 2 })
      await garden.assets.save({ attempts: [{ after: attempt }], events: [] })
      const steps = [
        [begun(attempt, { now: NOON, totalBytes: 100 }), 0],
        [{ ...attempt, partial: { key: 'quarantine/some.1', sizeBytes: 60, totalBytes: 100 } }, 60],
        [received(attempt, bytesOf('quarantine/all.1', { sizeBytes: 100 }), NOON), 100],
        [closed(attempt, 'expired'), 0],
      ] as const
      let before: Attempt = attempt
      for (const [after, bytes] of steps) {
        expect(await garden.assets.save({ attempts: [{ before, after }], events: [] })).toBe('saved')
        expect(await used()).toBe(bytes)
        before = after
      }
    })

    it('keeps the count when bytes arrive while another ends their attempt: the later write is stale', async () => {
      const { asset, attempt } = await plantAttempt()
      const part = (sizeBytes: number) => ({ key: `${attempt.quarantineKey}.1`, sizeBytes, totalBytes: 100 })
      const [none, some, more] = [
        attempt,
        { ...attempt, partial: part(10) },
        { ...attempt, partial: part(20) },
      ]
      const save = (before: Attempt, after: Attempt) =>
        garden.assets.save({ attempts: [{ before, after }], events: [] })
      expect(await save(none, some)).toBe('saved')
      expect(await save(some, more)).toBe('saved')
      expect(await save(some, closed(some, 'superseded'))).toBe('stale')
      expect(await save(none, closed(none, 'superseded'))).toBe('stale')
      expect((await garden.assets.findUpload(asset.id))?.attempt).toEqual(more)
      expect(await save(more, closed(more, 'superseded'))).toBe('saved')
      expect((await garden.assets.usage(garden.workspaceId)).usedBytes).toBe(0)
    })

    it('protects nothing of an attempt that is over, or that never was', async () => {
      const keys: string[] = ['quarantine/unknown.1']
      for (const state of ['won', 'failed', 'expired', 'superseded', 'cancelled'] as const) {
        const { attempt } = await plantAttempt(open => closed(whole(upload(open)), state))
        keys.push(`${attempt.quarantineKey}.1`)
      }
      expect(await garden.assets.protectedKeys(keys)).toEqual(new Set())
    })

    it('protects nothing when asked about nothing, and answers for a thousand keys at once', async () => {
      const { attempt } = await plantAttempt(whole)
      const many = Array.from({ length: 1000 }, (_, n) => `quarantine/dead-${n}.1`)
      expect(await garden.assets.protectedKeys([])).toEqual(new Set())
      const kept = await garden.assets.protectedKeys([...many, `${attempt.quarantineKey}.1`])
      expect(kept).toEqual(new Set([`${attempt.quarantineKey}.1`]))
    })
  })
}
