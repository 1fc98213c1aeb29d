// Making names durable: a rename survives a loss of power only once its folder is synced.
import { open } from 'node:fs/promises'

export type SyncFolder = (folder: string) => Promise<void>

/**
 * Syncs a folder; all who ask while a sync is waiting to begin share it, since it covers every name set before.
 * One that runs already may have missed the caller's name, so a caller never joins that.
 */
export function createSyncFolder(): SyncFolder {
  const waiting = new Map<string, Promise<void>>()
  const running = new Map<string, Promise<void>>()
  return folder => {
    const shared = waiting.get(folder)
    if (shared !== undefined) return shared
    const before = running.get(folder) ?? Promise.resolve()
    const mine = before.then(() => {
      waiting.delete(folder)
      const sync = syncNow(folder)
      const settled = sync
        .catch(() => undefined)
        .then(() => {
          if (running.get(folder) === settled) running.delete(folder)
        })
      running.set(folder, settled)
      return sync
    })
    waiting.set(folder, mine)
    return mine
  }
}

async function syncNow(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
