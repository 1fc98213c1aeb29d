// Webhooks and their deliveries: held by one at a time, and written only by whoever holds them.
import { describe, expect, it } from 'vitest'
import type { Delivery } from '../../src/webhooks/webhook.ts'
import { attemptOf, deliveryOf, eventOf, pendingOf, webhookOf } from '../support/specimens.ts'
import { type OpenInstallation, useGarden } from '../support/use-records.ts'

const HOLD = { owner: 'one', until: 1000 }
const DUE = { now: 500, limit: 10 }

export function describeWebhookRecords(name: string, open: OpenInstallation): void {
  describe(`${name}: webhooks`, () => {
    const garden = useGarden(open)
    const happen = async () => {
      const asset = pendingOf(garden.workspaceId)
      await garden.assets.save({
        asset: { after: asset },
        attempts: [{ after: attemptOf(asset) }],
        events: [eventOf(asset)],
      })
      await garden.records.events.number?.()
    }
    const add = async (over: Parameters<typeof webhookOf>[1] = {}) => {
      const webhook = webhookOf(garden.workspaceId, over)
      await garden.records.webhooks.insert(webhook)
      return webhook
    }
    const claim = async (hold = HOLD, due = DUE) =>
      (await garden.records.webhooks.claim(hold, due)).filter(
        ({ workspaceId }) => workspaceId === garden.workspaceId,
      )

    it('are found as they were written, the newest first, and are gone with their deliveries', async () => {
      const { webhooks } = garden.records
      const plain = await add()
      const full = await add({
        types: ['asset.ready'],
        oldSecret: { secret: 'sealed before', until: 9 },
        failingSince: 5,
        disabled: { at: 6, reason: 'gone' },
      })
      expect(await webhooks.find(full.id)).toEqual(full)
      expect(await webhooks.list(garden.workspaceId)).toEqual([full, plain])
      await webhooks.saveDelivery(deliveryOf(plain.id))
      await webhooks.remove(plain.id)
      expect(await webhooks.list(garden.workspaceId)).toEqual([full])
      expect((await webhooks.deliveries(plain.id, { limit: 5 })).items).toEqual([])
    })

    it('are held by one of several who ask at once, and only where there is something to tell', async () => {
      const webhook = await add()
      expect(await claim()).toEqual([])
      await happen()
      const owners = ['one', 'two', 'three'].map(owner => ({ owner, until: 1000 }))
      const held = await Promise.all(owners.map(hold => claim(hold)))
      expect(held.flat()).toMatchObject([{ id: webhook.id }])
      expect(await claim({ owner: 'later', until: 3000 }, { now: 1000, limit: 10 })).toHaveLength(1)
    })

    it('are not held while they pause, or are disabled', async () => {
      await add({ nextAt: 600 })
      await add({ disabled: { at: 1, reason: 'gone' } })
      await happen()
      expect(await claim()).toEqual([])
      expect(await claim(HOLD, { now: 600, limit: 10 })).toHaveLength(1)
    })

    it('are written by their holder alone, together with the delivery', async () => {
      const { webhooks } = garden.records
      const webhook = await add()
      await happen()
      await claim()
      const delivery = deliveryOf(webhook.id)
      const told = { ...webhook, sentSeq: 1 }
      expect(await webhooks.save({ owner: 'other', until: 2000 }, told, delivery)).toBe('stale')
      expect((await webhooks.deliveries(webhook.id, { limit: 5 })).items).toEqual([])
      expect(await webhooks.save({ ...HOLD, until: 2000 }, told, delivery)).toBe('saved')
      expect(await webhooks.find(webhook.id)).toEqual(told)
      expect(await webhooks.findDelivery(delivery.id)).toEqual(delivery)
      const again: Delivery = { ...delivery, state: 'failed', tries: 2, status: 500, error: 'no' }
      await webhooks.save({ ...HOLD, until: 2000 }, told, again)
      expect((await webhooks.deliveries(webhook.id, { limit: 5 })).items).toEqual([again])
      await webhooks.release(HOLD, webhook.id)
      await happen()
      expect(await claim()).toHaveLength(1)
    })

    it('have deliveries by pages, which are forgotten by the time they were last tried', async () => {
      const { webhooks } = garden.records
      const webhook = await add()
      const all = [1, 2, 3].map(seq => deliveryOf(webhook.id, { seq, lastAt: seq * 100 }))
      for (const delivery of all) await webhooks.saveDelivery(delivery)
      const first = await webhooks.deliveries(webhook.id, { limit: 2 })
      expect(first.items.map(({ seq }) => seq)).toEqual([3, 2])
      const second = await webhooks.deliveries(webhook.id, { limit: 2, after: first.next })
      expect(second.items.map(({ seq }) => seq)).toEqual([1])
      expect(await webhooks.forgetDeliveries(200, 1)).toBe(1)
      expect(await webhooks.forgetDeliveries(200, 10)).toBeGreaterThanOrEqual(1)
      expect((await webhooks.deliveries(webhook.id, { limit: 5 })).items.map(({ seq }) => seq)).toEqual([3])
    })
  })
}
