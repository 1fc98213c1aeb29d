// API keys: found by their hash alone, revoked once and for good.
import { describe, expect, it } from 'vitest'
import type { Key, OpeningKey } from '../../src/keys/key.ts'
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
