// What time does on one node, from when it serves until it stops.
import type { Logger } from 'pino'
import type { TidyPorts } from '../assets/derivatives/tidy.ts'
import { every } from '../ground/every.ts'
import type { News } from '../ground/news.ts'
import { openSweeper, type SweepPorts } from '../jobs/sweep.ts'
import { openTidying } from '../jobs/tidying.ts'
import type { LastUsed } from '../keys/last-used.ts'
import { openKeyReading } from '../secrets/open-signing.ts'
import { openDispatcher } from '../webhooks/dispatch.ts'
import type { Servants, World } from './servants.ts'

const SWEEP_INTERVAL_MS = 60_000
const LAST_USED_INTERVAL_MS = 60_000
const TIDY_INTERVAL_MS = 60 * 60_000

interface TimerPorts {
  servants: Servants
  world: World
  sweeping: SweepPorts & Omit<TidyPorts, 'upkeep'>
  news: News
  lastUsed: LastUsed
  logger: Logger
}

/** For all nodes, once a minute and as events come, unless that is left to others; for itself pictures and keys. */
export function openTimers(
  parts: TimerPorts,
  { runsJobs }: { runsJobs: boolean },
): { close(): Promise<void> } {
  const { servants, world, sweeping, logger } = parts
  const tidying = openTidying(
    { ...sweeping, upkeep: servants.records.upkeep },
    {
      intervalMs: TIDY_INTERVAL_MS,
      onError: error => logger.warn({ err: error }, 'pictures of deleted assets are looked for again later'),
    },
  )
  const reading = openKeyReading(servants.signing, {
    clock: world.clock,
    onError: error => logger.error({ err: error }, 'the signing keys are read again later'),
  })
  const flushing = openFlushing(parts)
  const forAll = runsJobs ? [openSweeping(parts), openTelling(parts)] : []
  return {
    close: async () => {
      for (const one of [tidying, reading, flushing, ...forAll]) await one.close()
    },
  }
}

const openSweeping = ({ sweeping, logger }: TimerPorts) =>
  openSweeper(sweeping, {
    intervalMs: SWEEP_INTERVAL_MS,
    onSwept: report => logger.debug(report, 'swept'),
    onError: error => logger.error({ err: error }, 'the sweep failed and will be tried again'),
  })

const openTelling = ({ servants: { records, sender, seal }, world, news, logger }: TimerPorts) =>
  openDispatcher(
    { webhooks: records.webhooks, events: records.events, sender, seal, news, ...world },
    { onError: error => logger.error({ err: error }, 'webhooks are told later') },
  )

type FlushPorts = Pick<TimerPorts, 'lastUsed' | 'logger'>

function openFlushing({ world, ...ports }: FlushPorts & Pick<TimerPorts, 'world'>) {
  const stop = new AbortController()
  const running = every(world.clock, { ms: LAST_USED_INTERVAL_MS, until: stop.signal }, () =>
    flushLastUsed(ports),
  )
  return {
    close: () => {
      stop.abort()
      return running
    },
  }
}

/** Nobody waits for it, so a failure is only told. */
export const flushLastUsed = ({ lastUsed, logger }: FlushPorts): Promise<void> =>
  lastUsed
    .flush()
    .catch(error => logger.warn({ err: error }, 'when keys were used last is written down later'))
