// The files on their way up: a few at a time, each of which can be paused, resumed, tried again or given up.
import { type Destination, type Dropped, isFileOf, isUnderWay, itemFor, type UploadItem } from './item.ts'

/** How one file gets up; `@herbarium/client` knows. */
export interface Carrier {
  /** Resolves to the id of the asset, once it is ready. */
  carry(file: File, item: UploadItem, on: CarrierEvents): Promise<string>
  /** What an abort with this reason leaves can be gone on with. */
  readonly pause: unknown
  failureOf(error: unknown): Pick<UploadItem, 'reason' | 'assetId' | 'isRefused'>
  /** Gives up an asset of a page that was left. */
  discard(assetId: string): Promise<void>
}

export interface CarrierEvents {
  signal: AbortSignal
  onReserved(assetId: string): void
  onProgress(sentBytes: number, isVerifying: boolean): void
}

export interface Queue {
  items(): UploadItem[]
  add(dropped: Dropped[], destination: Destination): void
  /** The file of an unfinished upload, chosen again. */
  give(id: string, file: File): void
  pause(id: string): void
  resume(id: string): void
  cancel(id: string): void
  clearFinished(): void
  /** Stops everything, so that it can be gone on with. */
  close(): void
}

export interface QueueOptions {
  carrier: Carrier
  kept: UploadItem[]
  onChange(items: UploadItem[]): void
  /** An asset is ready, or was refused. */
  onFinished(item: UploadItem): void
}

const AT_A_TIME = 3

export function createQueue({ carrier, kept, onChange, onFinished }: QueueOptions): Queue {
  let items = kept
  let made = 0
  const files = new Map<string, File>()
  const running = new Map<string, AbortController>()

  const itemOf = (id: string) => items.find(item => item.id === id)
  const put = (next: UploadItem[]) => {
    items = next
    onChange(items)
  }
  const change = (id: string, changed: Partial<UploadItem>) =>
    put(items.map(item => (item.id === id ? { ...item, ...changed } : item)))
  const drop = (id: string) => {
    files.delete(id)
    put(items.filter(item => item.id !== id))
  }

  function startNext(): void {
    while (running.size < AT_A_TIME) {
      const next = items.find(({ id, state }) => state === 'waiting' && !running.has(id))
      const file = next && files.get(next.id)
      if (next === undefined || file === undefined) return
      const aborting = new AbortController()
      running.set(next.id, aborting)
      void run(next, file, aborting).finally(startNext)
    }
  }

  async function run(item: UploadItem, file: File, aborting: AbortController): Promise<void> {
    const { id } = item
    const { signal } = aborting
    change(id, { state: 'sending', reason: undefined })
    try {
      const assetId = await carrier.carry(file, item, {
        signal,
        onReserved: reserved => change(id, { assetId: reserved }),
        onProgress: (sentBytes, isVerifying) =>
          signal.aborted || change(id, { sentBytes, state: isVerifying ? 'verifying' : 'sending' }),
      })
      files.delete(id)
      change(id, { state: 'ready', sentBytes: item.size, assetId })
      finish(id)
    } catch (error) {
      if (signal.aborted) return // whoever aborted it has said what it is now
      change(id, { state: 'failed', ...carrier.failureOf(error) })
      finish(id)
    } finally {
      running.delete(id)
    }
  }

  function finish(id: string): void {
    const item = itemOf(id)
    if (item !== undefined) onFinished(item)
  }

  function add(dropped: Dropped[], destination: Destination): void {
    let next = items
    for (const each of dropped) {
      const missed = next.find(item => item.state === 'unfinished' && isFileOf(item, each.file))
      const item = missed
        ? { ...missed, state: 'waiting' as const, reason: undefined }
        : itemFor(`${Date.now()}-${made++}`, each, destination)
      files.set(item.id, each.file)
      next = missed ? next.map(one => (one.id === item.id ? item : one)) : [...next, item]
    }
    put(next)
    startNext()
  }

  return {
    items: () => items,
    add,
    give: (id, file) => {
      const item = itemOf(id)
      if (item === undefined) return
      if (isFileOf(item, file)) return add([{ file, folder: '' }], item.destination)
      change(id, {
        reason: `That is another file, or it was changed: choose the ${item.name} that was sent before.`,
      })
    },
    pause: id => {
      change(id, { state: 'paused' })
      running.get(id)?.abort(carrier.pause)
    },
    resume: id => {
      change(id, { state: 'waiting', reason: undefined })
      startNext()
    },
    cancel: id => {
      const [item, sender] = [itemOf(id), running.get(id)]
      drop(id)
      if (sender !== undefined) sender.abort()
      else if (item?.assetId !== undefined && item.isRefused !== true) void carrier.discard(item.assetId)
    },
    clearFinished: () => put(items.filter(item => item.state !== 'ready')),
    close: () => {
      for (const item of items.filter(isUnderWay)) running.get(item.id)?.abort(carrier.pause)
    },
  }
}
