// The log of events: gapless and ordered for every reader, however many write.
import { describe, expect, it } from 'vitest'
import type { Grown } from '../../src/ground/news.ts'
import type { Records } from '../../src/records/records.ts'
import { attemptOf, eventOf, pendingOf } from '../support/specimens.ts'
import { addWorkspace, type OpenInstallation, useInstallation } from '../support/use-records.ts'

/** A new asset, with its event. */
async function happen({ assets }: Records, workspaceId: string, at = 1000): Promise<string> {
  const asset = pendingOf(workspaceId)
  const event = { ...eventOf(asset), at }
  await assets.save({ asset: { after: asset }, attempts: [{ after: attemptOf(asset) }], events: [event] })
  return event.id
}

/** Nothing is left to number. */
async function settle(records: Records): Promise<void> {
  await records.events.number?.()
}

export function describeEventRecords(name: string, open: OpenInstallation): void {
  describe(`${name}: the log`, () => {
    const installation = useInstallation(open)

    it('numbers the events of each workspace from 1, in the order they were written', async () => {
      const { records } = installation
      const [one, other] = [await addWorkspace(records), await addWorkspace(records)]
      const ids: string[] = []
      for (let n = 0; n < 5; n++) {
        ids.push(await happen(records, one.id))
        await happen(records, other.id)
      }
      await settle(records)
      for (const workspace of [one, other]) {
        const { events, upTo } = await records.events.list(workspace.id, { after: 0, limit: 10 })
        expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
        expect(upTo).toBe(5)
      }
      const { events } = await records.events.list(one.id, { after: 0, limit: 10 })
      expect(events.map(({ id }) => id)).toEqual(ids)
      expect(await records.events.bounds(one.id)).toEqual({ oldest: 1, newest: 5 })
    })

    it('has no gap and nothing twice while several write and number at once', async () => {
      const { records } = installation
      const workspace = await addWorkspace(records)
      const others = [records, await installation.openAgain(), await installation.openAgain()]
      const read: number[] = []
      let isOver = false
      const reading = (async () => {
        for (let after = 0; !isOver || after < 150; ) {
          const page = await records.events.list(workspace.id, { after, limit: 20 })
          read.push(...page.events.map(({ seq }) => seq))
          after = page.upTo
          await new Promise(resolve => setImmediate(resolve))
        }
      })()
      await Promise.all(
        others.map(async writer => {
          for (let n = 0; n < 50; n++) {
            await happen(writer, workspace.id)
            if (n % 5 === 0) await writer.events.number?.()
          }
        }),
      )
      await settle(records)
      isOver = true
      await reading
      expect(read).toEqual(Array.from({ length: 150 }, (_, n) => n + 1))
    })

    it('passes over types that are not asked for', async () => {
      const { records } = installation
      const workspace = await addWorkspace(records)
      for (let n = 0; n < 4; n++) await happen(records, workspace.id)
      await settle(records)
      const none = await records.events.list(workspace.id, { after: 1, limit: 2, types: ['asset.deleted'] })
      expect(none).toEqual({ events: [], upTo: 4 })
      const some = await records.events.list(workspace.id, { after: 1, limit: 2, types: ['asset.created'] })
      expect(some).toMatchObject({ events: [{ seq: 2 }, { seq: 3 }], upTo: 3 })
    })

    it('is empty where nothing has happened', async () => {
      const { records } = installation
      const workspace = await addWorkspace(records)
      expect(await records.events.bounds(workspace.id)).toEqual({ oldest: 0, newest: 0 })
      expect(await records.events.list(workspace.id, { after: 0, limit: 5 })).toEqual({ events: [], upTo: 0 })
    })

    it('forgets what is old, but never the last of a workspace, after which it goes on', async () => {
      const { records } = installation
      const workspace = await addWorkspace(records)
      for (const at of [100, 200, 300]) await happen(records, workspace.id, at)
      await settle(records)
      expect(await records.events.forget(250, 1)).toBe(1)
      expect(await records.events.forget(1000, 10)).toBe(1)
      expect(await records.events.forget(1000, 10)).toBe(0)
      expect(await records.events.bounds(workspace.id)).toEqual({ oldest: 3, newest: 3 })
      await happen(records, workspace.id, 400)
      await settle(records)
      expect(await records.events.bounds(workspace.id)).toEqual({ oldest: 3, newest: 4 })
    })

    it('tells whoever watches, in this process and in another, that it has grown', async () => {
      const { records } = installation
      const workspace = await addWorkspace(records)
      const heard = [records, await installation.openAgain()].map(watching => {
        const { promise, resolve } = Promise.withResolvers<Grown>()
        const off = watching.events.watch(grown => {
          if (grown === 'all' || grown.includes(workspace.id)) resolve(grown)
        })
        return promise.finally(off)
      })
      await new Promise(resolve => setTimeout(resolve, 100)) // a listener has to connect first
      await happen(records, workspace.id)
      await settle(records)
      expect(await Promise.all(heard)).toHaveLength(2)
    })
  })
}
