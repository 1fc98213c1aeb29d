// A webhook: an endpoint that is told of a workspace's events, one after the other, and what became of each telling.

export interface Webhook {
  id: string
  workspaceId: string
  url: string
  /** Null for every type. */
  types: readonly string[] | null
  /** Sealed. */
  secret: string
  /** The secret before a rotation, sealed; it signs too until then. */
  oldSecret: { secret: string; until: number } | null
  createdByKey: string
  createdAt: number
  /** The number of the last event that it was told of, or that is of no type it wants. */
  sentSeq: number
  /** When the next event may be tried. */
  nextAt: number
  /** How often that has failed. */
  tries: number
  /** Since when nothing has succeeded; null where the last delivery did. */
  failingSince: number | null
  disabled: { at: number; reason: string } | null
}

export type DeliveryState = 'delivered' | 'retrying' | 'failed'

export interface Delivery {
  /** The same for every try, and after a crash: a receiver knows by it what it has seen. */
  id: string
  webhookId: string
  eventId: string
  seq: number
  type: string
  state: DeliveryState
  tries: number
  firstAt: number
  lastAt: number
  /** When it is tried again; null where it is not. */
  nextAt: number | null
  /** What the endpoint answered last; null where it did not. */
  status: number | null
  error: string | null
}

/** What came of one try. */
export type Outcome = { status: number; error: string | null } | { status: null; error: string }

const SECOND_MS = 1000
const HOUR_MS = 3_600_000
/** An event is tried for so long. */
export const GIVE_UP_AFTER_MS = 24 * HOUR_MS
/** An endpoint that takes nothing for so long is left alone. */
export const DISABLE_AFTER_MS = 72 * HOUR_MS
const FIRST_PAUSE_MS = 5 * SECOND_MS
const LONGEST_PAUSE_MS = HOUR_MS

const isSuccess = ({ status }: Outcome): boolean => status !== null && status >= 200 && status < 300

/** Doubles with every try; `chance`, from 0 to 1, takes up to half of it away, so that endpoints do not come back in step. */
export const pauseAfter = (tries: number, chance: number): number =>
  Math.round(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)) * (1 - chance / 2))

/** The endpoint and the delivery after one try of an event. */
export function tried(
  webhook: Webhook,
  before: Pick<Delivery, 'id' | 'webhookId' | 'eventId' | 'seq' | 'type'> & Partial<Delivery>,
  { outcome, now, chance }: { outcome: Outcome; now: number; chance: number },
): { webhook: Webhook; delivery: Delivery } {
  const firstAt = before.firstAt ?? now
  const tries = (before.tries ?? 0) + 1
  const delivery = { ...before, tries, firstAt, lastAt: now, nextAt: null, ...outcome }
  if (isSuccess(outcome))
    return {
      webhook: toldOf(webhook, before.seq),
      delivery: { ...delivery, state: 'delivered', error: null },
    }
  const failingSince = webhook.failingSince ?? now
  const failing = { ...webhook, failingSince }
  const disabled = disabledBy(outcome, now - failingSince)
  if (disabled !== undefined)
    return {
      webhook: { ...failing, disabled: { at: now, reason: disabled } },
      delivery: { ...delivery, state: 'failed' },
    }
  if (now - firstAt >= GIVE_UP_AFTER_MS)
    return {
      webhook: { ...toldOf(failing, before.seq), failingSince },
      delivery: { ...delivery, state: 'failed' },
    }
  const nextAt = now + pauseAfter(tries, chance)
  return { webhook: { ...failing, nextAt, tries }, delivery: { ...delivery, state: 'retrying', nextAt } }
}

/** Everything up to this event is settled. */
export const toldOf = (webhook: Webhook, seq: number): Webhook => ({
  ...webhook,
  sentSeq: seq,
  nextAt: 0,
  tries: 0,
  failingSince: null,
})

function disabledBy({ status }: Outcome, failingMs: number): string | undefined {
  if (status === 410) return 'It answered 410: it wants no more.'
  return failingMs >= DISABLE_AFTER_MS ? 'For three days nothing was taken.' : undefined
}

/** As after its registration, except that it goes on where it was. */
export const enabled = (webhook: Webhook): Webhook => ({
  ...webhook,
  disabled: null,
  failingSince: null,
  nextAt: 0,
  tries: 0,
})
