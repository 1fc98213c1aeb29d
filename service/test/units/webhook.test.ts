// What one try makes of an endpoint and of the delivery.
import { describe, expect, test } from 'vitest'
import { createSeal } from '../../src/ground/seal.ts'
import { DISABLE_AFTER_MS, enabled, GIVE_UP_AFTER_MS, pauseAfter, tried } from '../../src/webhooks/webhook.ts'
import { webhookOf } from '../support/specimens.ts'

const NOW = 1_000_000_000_000
const event = { id: 'whd_1', webhookId: 'whk_1', eventId: 'evt_1', seq: 8, type: 'asset.ready' }
const at = (now: number, status: number | null) => ({
  outcome: status === null ? { status, error: 'away' } : { status, error: status < 300 ? null : 'no' },
  now,
  chance: 0,
})

describe('One try', () => {
  test('that is taken settles the event, and whatever was wrong before', () => {
    const failing = webhookOf('ws_1', { sentSeq: 7, tries: 3, failingSince: NOW - 1000, nextAt: NOW })
    const { webhook, delivery } = tried(failing, event, at(NOW, 204))
    expect(webhook).toMatchObject({ sentSeq: 8, tries: 0, failingSince: null, nextAt: 0, disabled: null })
    expect(delivery).toMatchObject({ state: 'delivered', tries: 1, status: 204, error: null, nextAt: null })
  })

  test('that fails is made again later, and the event stays the next', () => {
    const { webhook, delivery } = tried(webhookOf('ws_1', { sentSeq: 7 }), event, at(NOW, null))
    expect(webhook).toMatchObject({ sentSeq: 7, tries: 1, failingSince: NOW, nextAt: NOW + 5000 })
    expect(delivery).toMatchObject({ state: 'retrying', tries: 1, status: null, error: 'away', firstAt: NOW })
  })

  test('is the last after a day, and the next event has its turn', () => {
    const old = { ...event, tries: 40, firstAt: NOW - GIVE_UP_AFTER_MS }
    const failing = webhookOf('ws_1', { sentSeq: 7, tries: 40, failingSince: NOW - GIVE_UP_AFTER_MS })
    const { webhook, delivery } = tried(failing, old, at(NOW, 500))
    expect(delivery).toMatchObject({ state: 'failed', tries: 41, nextAt: null })
    expect(webhook).toMatchObject({
      sentSeq: 8,
      tries: 0,
      failingSince: NOW - GIVE_UP_AFTER_MS,
      disabled: null,
    })
  })

  test('disables an endpoint that answers 410, or has taken nothing for three days', () => {
    const gone = tried(webhookOf('ws_1', { sentSeq: 7 }), event, at(NOW, 410)).webhook
    expect(gone).toMatchObject({ sentSeq: 7, disabled: { at: NOW, reason: expect.stringContaining('410') } })
    const deaf = webhookOf('ws_1', { sentSeq: 7, failingSince: NOW - DISABLE_AFTER_MS })
    expect(tried(deaf, event, at(NOW, 500)).webhook.disabled).toMatchObject({ at: NOW })
    expect(enabled(gone)).toMatchObject({ sentSeq: 7, disabled: null, failingSince: null, tries: 0 })
  })
})

test('pauses double up to an hour, and chance takes away up to half', () => {
  expect([1, 2, 3, 4].map(tries => pauseAfter(tries, 0))).toEqual([5000, 10_000, 20_000, 40_000])
  expect(pauseAfter(1, 1)).toBe(2500)
  expect(pauseAfter(60, 0)).toBe(3_600_000)
})

describe('A sealed secret', () => {
  const seal = createSeal(['a secret of the installation'])

  test('is opened for its owner, under the same installation’s secret', () => {
    const sealed = seal.close('whsec_x', 'whk_1')
    expect(sealed).not.toContain('whsec')
    expect(createSeal(['a secret of the installation']).open(sealed, 'whk_1')).toBe('whsec_x')
    expect(seal.close('whsec_x', 'whk_1')).not.toBe(sealed)
  })

  test('is opened for nobody else, nor once it was altered', () => {
    const sealed = seal.close('whsec_x', 'whk_1')
    expect(() => seal.open(sealed, 'whk_2')).toThrow()
    expect(() => createSeal(['another']).open(sealed, 'whk_1')).toThrow()
    expect(() => seal.open(`${sealed.slice(0, -2)}AA`, 'whk_1')).toThrow()
  })
})
