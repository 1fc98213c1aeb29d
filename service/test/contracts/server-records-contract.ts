// What servers that live side by side ask of the rows.
import { describe, expect, it } from 'vitest'
import type { Server } from '../../src/servers/server.ts'
import { NOON } from '../support/specimens.ts'
import { type OpenInstallation, useInstallation } from '../support/use-records.ts'

const serverOf = (id: string, changes: Partial<Server> = {}): Server => ({
  id,
  store: 'folder:one',
  startedAt: NOON,
  aliveUntil: NOON + 45_000,
  ...changes,
})

export function describeServerRecords(name: string, open: OpenInstallation): void {
  describe(`${name}: servers`, () => {
    const installation = useInstallation(open)
    const servers = () => installation.records.servers
    const alive = async (now: number) => (await servers().listAlive(now)).map(({ id }) => id)

    it('come back as they were written, the oldest first, until their time is over', async () => {
      const [young, old] = [serverOf('young', { startedAt: NOON + 1 }), serverOf('old')]
      for (const server of [young, old]) expect(await servers().saveAlive(server, NOON)).toBe('saved')
      expect(await servers().listAlive(old.aliveUntil - 1)).toEqual([old, young])
      expect(await alive(old.aliveUntil)).toEqual([])
    })

    it('say again that they live, and keep the time of their start', async () => {
      await servers().saveAlive(serverOf('a'), NOON)
      const again = serverOf('a', { startedAt: NOON + 9, aliveUntil: NOON + 55_000 })
      expect(await servers().saveAlive(again, NOON + 10_000)).toBe('saved')
      expect(await servers().listAlive(NOON + 50_000)).toEqual([{ ...again, startedAt: NOON }])
    })

    it('are refused while one of another store is alive, the first time and again', async () => {
      const [here, there] = [serverOf('here'), serverOf('there', { store: 'folder:two' })]
      await servers().saveAlive(here, NOON)
      expect(await servers().saveAlive(there, NOON)).toBe('stale')
      expect(await servers().saveAlive(there, here.aliveUntil - 1)).toBe('stale')
      expect(await alive(NOON)).toEqual(['here'])
      const late = serverOf('there', { store: 'folder:two', aliveUntil: NOON + 90_000 })
      expect(await servers().saveAlive(late, here.aliveUntil)).toBe('saved')
      expect(await servers().saveAlive(serverOf('here', { aliveUntil: NOON + 99_000 }), NOON + 50_000)).toBe(
        'stale',
      )
      expect(await alive(NOON + 50_000)).toEqual(['there'])
    })

    it('make room at once when they leave', async () => {
      await servers().saveAlive(serverOf('here'), NOON)
      await servers().remove('here')
      expect(await servers().saveAlive(serverOf('there', { store: 's3:x/y/' }), NOON)).toBe('saved')
      expect(await alive(NOON)).toEqual(['there'])
    })

    it('are forgotten once they are dead and another comes', async () => {
      await servers().saveAlive(serverOf('dead'), NOON)
      await servers().saveAlive(serverOf('next', { aliveUntil: NOON + 99_000 }), NOON + 45_000)
      expect(await alive(NOON)).toEqual(['next'])
    })

    it('of two stores that come at the same time, servers of one are taken', async () => {
      const others = [installation.records, await installation.openAgain()]
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, async (_, n) => {
          const store = `folder:${n % 2}`
          const outcome = await others[n % 2]?.servers.saveAlive(serverOf(`${n}`, { store }), NOON)
          return { store, outcome }
        }),
      )
      const taken = outcomes.filter(({ outcome }) => outcome === 'saved')
      expect(taken).toHaveLength(10)
      expect(new Set(taken.map(({ store }) => store)).size).toBe(1)
      expect(await alive(NOON)).toHaveLength(10)
    })
  })
}
