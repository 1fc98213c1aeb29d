// What rotation asks of the rows.
import { describe, expect, it } from 'vitest'
import type { SealedText, StoredSecret } from '../../src/secrets/ports.ts'
import { NOON, webhookOf } from '../support/specimens.ts'
import { addWorkspace, type OpenInstallation, useInstallation } from '../support/use-records.ts'

const secretOf = (kid: string, changes: Partial<StoredSecret> = {}): StoredSecret => ({
  kid,
  purpose: 'tickets',
  sealed: `sealed ${kid}`,
  createdAt: NOON,
  retiredAt: null,
  ...changes,
})

export function describeSecretRecords(name: string, open: OpenInstallation): void {
  describe(`${name}: secrets`, () => {
    const installation = useInstallation(open)
    const secrets = () => installation.records.secrets
    const add = (...fresh: StoredSecret[]) => secrets().rotate({ fresh, retired: [] })
    const endsOf = async () => Object.fromEntries((await secrets().list()).map(s => [s.kid, s.retiredAt]))
    const texts = async () => {
      const found: SealedText[] = []
      for await (const page of secrets().ofWebhooks()) found.push(...page)
      return found
    }

    it('come back as they were written, the oldest first', async () => {
      const [young, old] = [secretOf('aa', { createdAt: NOON + 1 }), secretOf('bb', { purpose: 'cursors' })]
      await add(young, old)
      expect(await secrets().list()).toEqual([old, young])
    })

    it('are retired in the write that adds their successors; one that has no row is given one', async () => {
      await add(secretOf('aa'))
      const derived = secretOf('dd', { sealed: '', createdAt: 0, retiredAt: NOON + 9 })
      const fresh = secretOf('bb', { createdAt: NOON + 1 })
      await secrets().rotate({ fresh: [fresh], retired: [secretOf('aa', { retiredAt: NOON + 9 }), derived] })
      expect(await secrets().list()).toEqual([derived, secretOf('aa', { retiredAt: NOON + 9 }), fresh])
    })

    it('keep an end that is earlier, and take one that is', async () => {
      await add(secretOf('aa', { retiredAt: NOON + 5 }))
      const retire = (retiredAt: number) =>
        secrets().rotate({ fresh: [], retired: [secretOf('aa', { retiredAt, sealed: 'other' })] })
      await retire(NOON + 9)
      expect(await endsOf()).toEqual({ aa: NOON + 5 })
      await retire(NOON + 1)
      expect(await secrets().list()).toEqual([secretOf('aa', { retiredAt: NOON + 1 })])
    })

    it('are added all or not at all', async () => {
      await add(secretOf('aa'))
      const change = {
        fresh: [secretOf('bb'), secretOf('aa')],
        retired: [secretOf('aa', { retiredAt: NOON })],
      }
      await expect(secrets().rotate(change)).rejects.toThrow()
      expect(await endsOf()).toEqual({ aa: null })
    })

    it('are emptied once they have ended, a batch at a time, and stay as names', async () => {
      const ended = ['aa', 'bb', 'cc'].map(kid => secretOf(kid, { retiredAt: NOON }))
      const others = [secretOf('dd', { retiredAt: NOON + 1 }), secretOf('ee')]
      await add(...ended, ...others)
      expect(await secrets().forget(NOON, 2)).toBe(2)
      expect(await secrets().forget(NOON, 2)).toBe(1)
      expect(await secrets().forget(NOON, 2)).toBe(0)
      const emptied = ended.map(secret => ({ ...secret, sealed: '' }))
      expect(await secrets().list()).toEqual([...emptied, ...others])
    })

    it('of webhooks are told with their places, those on their way out too', async () => {
      const { webhooks } = installation.records
      const { id } = await addWorkspace(installation.records)
      await webhooks.insert(webhookOf(id, { id: 'whk_1', secret: 's1' }))
      await webhooks.insert(
        webhookOf(id, { id: 'whk_2', secret: 's2', oldSecret: { secret: 'o2', until: NOON } }),
      )
      expect(await texts()).toEqual([
        { place: { table: 'webhooks', id: 'whk_1', column: 'secret' }, sealed: 's1' },
        { place: { table: 'webhooks', id: 'whk_2', column: 'secret' }, sealed: 's2' },
        { place: { table: 'webhooks', id: 'whk_2', column: 'old_secret' }, sealed: 'o2' },
      ])
      for (const text of await texts())
        expect(await secrets().reseal(text, `new ${text.sealed}`)).toBe('saved')
      expect(await webhooks.find('whk_2')).toMatchObject({
        secret: 'new s2',
        oldSecret: { secret: 'new o2', until: NOON },
      })
    })

    it('are sealed anew only where the same text still stands', async () => {
      await add(secretOf('aa'))
      const text: SealedText = { place: { table: 'secrets', id: 'aa' }, sealed: 'sealed aa' }
      expect(await secrets().reseal(text, 'anew')).toBe('saved')
      expect(await secrets().reseal(text, 'late')).toBe('stale')
      expect((await secrets().list())[0]?.sealed).toBe('anew')
    })
  })
}
