// What time does on one node, from when it serves until it stops.
import type { Logger } from 'pino'
import type { TidyPorts } from '../assets/derivatives/tidy.ts'
import type { News } from '../ground/news.ts'
import { openSweeper, type SweepPorts } from '../jobs/sweep.ts'
import { openTidying } from '../jobs/tidying.ts'
import { openKeyReading } from '../secrets/open-signing.ts'
import { openDispatcher } from '../webhooks/dispatch.ts'
import type { Servants, World } from './servants.ts'

const SWEEP_INTERVAL_MS = 60_000
const TIDY_INTERVAL_MS = 60 * 60_000

interface TimerPorts {
  servants: Servants
  world: World
  sweeping: SweepPorts & Omit<TidyPorts, 'upkeep'>
  news: News
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
  const forAll = runsJobs ? [openSweeping(parts), openTelling(parts)] : []
  return {
    close: async () => {
      for (const one of [tidying, reading, ...forAll]) await one.close()
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
