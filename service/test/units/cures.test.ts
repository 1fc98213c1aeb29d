// What there is to do about an attempt, in each of the ways it may stand.
import { describe, expect, it } from 'vitest'
import type { Attempt, ClosedAttempt, ClosedBy } from '../../src/assets/attempt.ts'
import { begun, claimed, closed, kept, LEASE_MS, received, released } from '../../src/assets/attempt.ts'
import { cureOf } from '../../src/assets/cures.ts'
import { attemptOf, bytesOf, NOON } from '../support/specimens.ts'

const open = attemptOf({ id: 'asset_fern', attempt: 1 })
const held = claimed(open, { now: NOON, transport: 'put' })
const cut = (closedBy: ClosedBy) => released(held, closedBy)
const whole = received(held, bytesOf('quarantine/fern.1'), NOON)
const partial = { key: 'quarantine/fern.1', sizeBytes: 7, totalBytes: 100 }
const paused = kept(begun(open, { now: NOON, totalBytes: 100 }), partial, { now: NOON, ttlMs: 0 })
const refused = (attempt: Attempt) => ({
  ...attempt,
  verdict: { admitted: false, code: 'empty_file', message: 'The file is empty.' } as const,
})
const over = (state: ClosedAttempt['state']) => closed(whole, state)

describe('The cure of an attempt', () => {
  it.each<[string, Attempt, RegExp]>([
    ['nobody has begun', open, /No bytes have arrived/],
    ['is arriving', held, /are arriving/],
    ['its sender cut', cut('client'), /ended before the file was whole/],
    ['the service stopped', cut('server'), /refused or stopped/],
    ['pauses', released(paused, 'client'), /send the rest/],
    ['is being fetched', claimed(open, { now: NOON, transport: 'url' }), /being fetched/],
    ['is whole', whole, /nobody has asked for it/],
    ['is whole and broke a rule', refused(whole), /See that the file has bytes/],
    ['failed', refused(over('failed')), /See that the file has bytes.*retry/],
    ['expired', over('expired'), /time is over.*retry/],
    ['was superseded', over('superseded'), /attempt that follows/],
    ['was cancelled', over('cancelled'), /given up.*retry/],
  ])('that %s', (_what, attempt, cure) => {
    expect(cureOf(attempt, NOON)).toMatch(cure)
  })

  it('is none where it was won', () => {
    expect(cureOf(over('won'), NOON)).toBeNull()
  })

  it('knows a sender that died by the hold it left, and an end that nobody has noted yet', () => {
    expect(cureOf(held, NOON + LEASE_MS)).toMatch(/ended before the file was whole/)
    expect(cureOf(held, open.expiresAt)).toMatch(/time is over/)
  })
})
