// An attempt's way from open to closed, and who holds it meanwhile.
import { describe, expect, it } from 'vitest'
import {
  begun,
  claimed,
  closed,
  isLeased,
  kept,
  LEASE_MS,
  received,
  released,
  renewed,
  stagingKey,
} from '../../src/assets/attempt.ts'
import { attemptOf, bytesOf, NOON } from '../support/specimens.ts'

const open = Object.freeze(attemptOf({ id: 'asset_fern', attempt: 1 }))
const upload = { now: NOON, transport: 'put' } as const
const bytes = bytesOf(`${open.quarantineKey}.1`)

describe('An attempt', () => {
  it('is held by the upload that claims it, for a minute', () => {
    const held = claimed(open, upload)
    expect(held).toStrictEqual({
      ...open,
      fence: 1,
      transport: 'put',
      leaseUntil: NOON + LEASE_MS,
      firstByteAt: NOON,
      lastByteAt: NOON,
    })
    expect([NOON, NOON + LEASE_MS - 1, NOON + LEASE_MS].map(now => isLeased(held, now))).toEqual([
      true,
      true,
      false,
    ])
    expect(isLeased(open, NOON)).toBe(false)
  })

  it('keeps its first byte and raises its fence with every upload', () => {
    const first = claimed(open, upload)
    const second = claimed(first, { now: NOON + 5, transport: 'post' })
    expect(second).toMatchObject({ fence: 2, transport: 'post', firstByteAt: NOON, lastByteAt: NOON + 5 })
    expect(stagingKey(first)).toBe(`${open.quarantineKey}.1`)
    expect(stagingKey(second)).toBe(`${open.quarantineKey}.2`)
  })

  it('is held on while its upload goes on', () => {
    const held = claimed(open, upload)
    expect(renewed(held, NOON + 9)).toStrictEqual({
      ...held,
      leaseUntil: NOON + 9 + LEASE_MS,
      lastByteAt: NOON + 9,
    })
  })

  it('is let go without forgetting the upload that was cut short', () => {
    const held = claimed(open, upload)
    expect(released(held, 'server')).toStrictEqual({ ...held, leaseUntil: null, closedBy: 'server' })
  })

  it('does not say who ended a connection while another goes on', () => {
    const again = claimed(released(claimed(open, upload), 'client'), upload)
    expect(again.closedBy).toBeNull()
    expect(renewed(again, NOON + 9).closedBy).toBeNull()
  })

  it('begins a resumable upload at its first byte, in a file of its own, and holds nothing', () => {
    const begunAt = begun(claimed(open, upload), { now: NOON + 5, totalBytes: 100 })
    expect(begunAt).toMatchObject({
      fence: 2,
      transport: 'tus',
      leaseUntil: null,
      partial: { key: `${open.quarantineKey}.2`, sizeBytes: 0, totalBytes: 100 },
    })
  })

  it('gains time with the bytes it keeps, and never loses any', () => {
    const held = claimed(open, upload)
    const partial = { key: stagingKey(held), sizeBytes: 7, totalBytes: 100 }
    const later = kept(held, partial, { now: NOON + 3_000_000, ttlMs: 3_600_000 })
    expect(later).toMatchObject({
      partial,
      expiresAt: NOON + 6_600_000,
      leaseUntil: NOON + 3_000_000 + LEASE_MS,
    })
    expect(kept(later, partial, { now: NOON + 3_000_000, ttlMs: 1000 }).expiresAt).toBe(NOON + 6_600_000)
  })

  it('has nothing unfinished once bytes are whole, or it is over', () => {
    const partial = { key: `${open.quarantineKey}.1`, sizeBytes: 7, totalBytes: 100 }
    expect(received({ ...open, partial }, bytes, NOON).partial).toBeNull()
    expect(closed({ ...open, partial }, 'expired').partial).toBeNull()
  })

  it('has received whole bytes when an upload ends, and is held no more', () => {
    const held = claimed(open, upload)
    expect(received(held, bytes, NOON + 9)).toStrictEqual({
      ...held,
      state: 'received',
      received: bytes,
      fence: held.fence + 1,
      verdict: null,
      leaseUntil: null,
      lastByteAt: NOON + 9,
      closedBy: 'client',
    })
  })

  it('keeps the bytes it has while others arrive, and takes the newer ones', () => {
    const first = received(claimed(open, upload), bytes, NOON)
    const again = claimed(first, { now: NOON + 1, transport: 'put' })
    expect(again).toMatchObject({ state: 'received', received: bytes, fence: 3 })
    const newer = bytesOf(stagingKey(again))
    expect(received(again, newer, NOON + 2)).toMatchObject({ state: 'received', received: newer })
  })

  it.each(['won', 'failed', 'expired', 'superseded', 'cancelled'] as const)(
    'that is %s is held by nobody and still knows what it had',
    state => {
      const held = claimed(received(claimed(open, upload), bytes, NOON), upload)
      expect(closed(held, state)).toStrictEqual({ ...held, state, leaseUntil: null })
    },
  )
})
