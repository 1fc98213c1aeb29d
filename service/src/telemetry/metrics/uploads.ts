// Uploads by what became of them, read off the writes that say so.
import { Counter, type Registry } from 'prom-client'
import type { AssetEventType } from '../../assets/asset-event.ts'
import type { AssetChange, AssetRecords } from '../../assets/ports.ts'

const OUTCOMES: Partial<Record<AssetEventType, string>> = {
  'asset.ready': 'ready',
  'asset.failed': 'failed',
  'asset.expired': 'expired',
  'asset.cancelled': 'cancelled',
}

/** Counts each outcome once: with the write that was made of it, by this node. */
export function createUploadMetrics(registry: Registry): (assets: AssetRecords) => AssetRecords {
  const uploads = new Counter({
    name: 'herbarium_uploads_total',
    help: 'Uploads that came to their end on this node, by outcome; of the failed ones with the failure_code.',
    labelNames: ['outcome', 'reason', 'transport'],
    registers: [registry],
  })
  const count = ({ events, attempts }: AssetChange) => {
    for (const { type, data } of events) {
      const outcome = OUTCOMES[type]
      if (outcome === undefined) continue
      const transport = attempts?.[0]?.after.transport ?? 'none'
      uploads.inc({ outcome, reason: outcome === 'failed' ? String(data.reason) : '', transport })
    }
  }
  return assets => ({
    ...assets,
    save: async change => {
      const saved = await assets.save(change)
      if (saved === 'saved') count(change)
      return saved
    },
    saveAll: async changes => {
      const outcomes = await assets.saveAll(changes)
      for (const [n, change] of changes.entries()) if (outcomes[n] === 'saved') count(change)
      return outcomes
    },
  })
}
