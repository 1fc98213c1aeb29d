// API keys: found by their hash alone, revoked once and for good.
import { describe, expect, it } from 'vitest'
import type { Key, OpeningKey } from '../../src/keys/key.ts'
import type { Replacement } from '../../src/keys/ports.ts'
import { allPages } from '../support/all-pages.ts'
import { keyOf, NOON } from '../support/specimens.ts'
import { addWorkspace, type OpenInstallation, useGarden } from '../support/use-records.ts'

/** As it is found: with what is known of its workspace. */
const opening = (key: Key): OpeningKey => ({ ...key, mediaAccess: 'public' })

export function describeKeyRecords(name: string, open: OpenInstallation): void {
  describe(`${name}: API keys`, () => {
    const garden = useGarden(open)
    const insert = async (over: Parameters<typeof keyOf>[1] = {}, workspaceId = garden.workspaceId) => {
      const key = keyOf(workspaceId, over)
      await garden.records.keys.insert(key)
      return key
    }

    it('come back by their hash as they were written', async () => {
      const plain = await insert()
      const full = await insert({
        name: 'клавиша "x" 🌿',
        mode: 'test',
        scopes: ['assets:read', 'admin'],
        expiresAt: NOON + 1,
        revokedAt: NOON + 2,
        lastUsedAt: NOON + 3,
        replacedBy: 'key_successor',
      })
      expect(await garden.records.keys.findByHash(plain.hash)).toStrictEqual(opening(plain))
      expect(await garden.records.keys.findByHash(full.hash)).toStrictEqual(opening(full))
    })

    it('come back by their id, and by nothing else than all of it', async () => {
      const key = await insert({ expiresAt: NOON + 1 })
      expect(await garden.records.keys.find(key.id)).toStrictEqual(opening(key))
      for (const wrong of [key.id.slice(0, -1), `${key.id}0`, key.hash, key.prefix, '', '%'])
        expect(await garden.records.keys.find(wrong), wrong).toBeUndefined()
    })

    it('are not found by anything but their whole hash', async () => {
      const { id, hash, prefix } = await insert()
      for (const wrong of [
        hash.slice(0, -1),
        `${hash}0`,
        hash.toUpperCase(),
        id,
        prefix,
        '',
        '%',
        '_'.repeat(64),
      ])
        expect(await garden.records.keys.findByHash(wrong), wrong).toBeUndefined()
    })

    it('are listed oldest first, of one workspace or of all', async () => {
      const other = await addWorkspace(garden.records)
      const first = await insert({ createdAt: NOON + 9 })
      const foreign = await insert({}, other.id)
      const second = await insert({ createdAt: NOON })
      const ids = new Set([first.id, foreign.id, second.id])
      const all = (await garden.records.keys.list()).filter(key => ids.has(key.id))
      expect(all).toEqual([first, foreign, second])
      expect(await garden.records.keys.list(garden.workspaceId)).toEqual([first, second])
      expect(await garden.records.keys.list(other.id)).toEqual([foreign])
      expect(await garden.records.keys.list('ws_unknown')).toEqual([])
    })

    it('are paged newest first, of one workspace or of all, each once', async () => {
      const other = await addWorkspace(garden.records)
      const first = await insert({ createdAt: NOON + 9 })
      const foreign = await insert({}, other.id)
      const second = await insert({ createdAt: NOON })
      const third = await insert()
      const paged = (workspaceId: string | undefined, limit: number) =>
        allPages(after => garden.records.keys.page(workspaceId, { limit, after }))
      for (const limit of [1, 2, 3, 100]) {
        expect(await paged(garden.workspaceId, limit)).toEqual([third, second, first])
        expect((await paged(undefined, limit)).slice(0, 4)).toEqual([third, second, foreign, first])
      }
      expect(await garden.records.keys.page('ws_unknown', { limit: 1 })).toEqual({ items: [] })
    })

    it('are not made in a workspace that is not there', async () => {
      const key = keyOf('ws_unknown')
      expect(await garden.records.keys.insert(key)).toBe(false)
      expect(await garden.records.keys.find(key.id)).toBeUndefined()
      expect(await garden.records.keys.insert(keyOf(garden.workspaceId))).toBe(true)
    })

    const replacing = (key: Key, over: Partial<Replacement> = {}): Replacement => ({
      keyId: key.id,
      successor: keyOf(key.workspaceId, { name: key.name }),
      ends: { expiresAt: NOON + 50 },
      at: NOON + 5,
      ...over,
    })

    it('are replaced in one write: the successor is there, the old one ends and names it', async () => {
      const other = await garden.openAgain()
      const [later, atOnce] = [await insert(), await insert({ expiresAt: NOON + 90 })]
      const first = replacing(later)
      const second = replacing(atOnce, { ends: { revokedAt: NOON + 5 } })
      expect(await garden.records.keys.replace(first)).toBe('saved')
      expect(await garden.records.keys.replace(second)).toBe('saved')
      expect(await other.keys.list(garden.workspaceId)).toEqual([
        { ...later, expiresAt: NOON + 50, replacedBy: first.successor.id },
        { ...atOnce, revokedAt: NOON + 5, replacedBy: second.successor.id },
        first.successor,
        second.successor,
      ])
    })

    it('that are revoked, expired, replaced or not there are not replaced, and no successor is made', async () => {
      const dead = [
        await insert({ revokedAt: NOON + 1 }),
        await insert({ expiresAt: NOON + 5 }),
        await insert({ replacedBy: 'key_successor' }),
      ]
      for (const key of [...dead, keyOf(garden.workspaceId)])
        expect(await garden.records.keys.replace(replacing(key))).toBe('stale')
      expect(await garden.records.keys.list(garden.workspaceId)).toEqual(dead)
    })

    it('are replaced once, however many ask at once', async () => {
      const other = await garden.openAgain()
      const key = await insert()
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          (n % 2 === 0 ? garden.records : other).keys.replace(replacing(key)),
        ),
      )
      expect(outcomes.filter(outcome => outcome === 'saved')).toHaveLength(1)
      const [old, successor, ...more] = await other.keys.list(garden.workspaceId)
      expect(old?.replacedBy).toBe(successor?.id)
      expect(more).toEqual([])
    })

    it('know when they were used last, and never an earlier hour', async () => {
      const { keys } = garden.records
      const [one, two, spared] = [await insert(), await insert({ lastUsedAt: NOON + 9 }), await insert()]
      const used = (n: number) => new Map([one, two].map(({ id }) => [id, NOON + n]))
      await keys.markUsed(used(5))
      expect((await keys.find(one.id))?.lastUsedAt).toBe(NOON + 5)
      expect((await keys.find(two.id))?.lastUsedAt).toBe(NOON + 9)
      await keys.markUsed(new Map([...used(20), ['key_unknown', NOON]]))
      const lastUsedAt = NOON + 20
      expect(await keys.list(garden.workspaceId)).toEqual([
        { ...one, lastUsedAt },
        { ...two, lastUsedAt },
        spared,
      ])
    })

    it('are marked as used by many nodes at once, and no node stands in the way of another', async () => {
      const nodes = [garden.records, await garden.openAgain()]
      const ids: string[] = []
      for (let n = 0; n < 20; n++) ids.push((await insert()).id)
      const orders = [ids, ids.toReversed()]
      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          nodes[n % 2]?.keys.markUsed(new Map(orders[n % 2]?.map(id => [id, NOON + n]))),
        ),
      )
      const hours = (await garden.records.keys.list(garden.workspaceId)).map(key => key.lastUsedAt)
      expect(hours).toEqual(ids.map(() => NOON + 19))
    })

    it('cannot share a hash', async () => {
      const { hash } = await insert()
      await expect(insert({ hash })).rejects.toThrow()
      expect(await garden.records.keys.list(garden.workspaceId)).toHaveLength(1)
    })

    it('are revoked alone, and seen so by every process at once', async () => {
      const other = await garden.openAgain()
      const [key, spared] = [await insert(), await insert()]
      expect(await garden.records.keys.revoke(key.id, NOON + 5)).toEqual({ ...key, revokedAt: NOON + 5 })
      expect((await other.keys.findByHash(key.hash))?.revokedAt).toBe(NOON + 5)
      expect(await garden.records.keys.findByHash(spared.hash)).toEqual(opening(spared))
    })

    it('keep the hour they were first revoked at', async () => {
      const other = await garden.openAgain()
      const { id } = await insert()
      const answers = await Promise.all(
        [1, 2, 3, 4].map(n => (n % 2 === 0 ? other : garden.records).keys.revoke(id, NOON + n)),
      )
      const hours = new Set(answers.map(key => key?.revokedAt))
      expect(hours.size).toBe(1)
      expect((await other.keys.revoke(id, NOON + 99))?.revokedAt).toBe([...hours][0])
    })

    it('that are not there cannot be revoked', async () => {
      const key = await insert()
      expect(await garden.records.keys.revoke('key_unknown', NOON)).toBeUndefined()
      expect(await garden.records.keys.list(garden.workspaceId)).toEqual([key])
    })
  })
}
