// The files on their way up: a few at a time, each of which can be paused, resumed, tried again or given up.
import { type Destination, type Dropped, isFileOf, isUnderWay, itemFor, type UploadItem } from './item.ts'

/** How one file gets up; `@herbarium/client` knows. */
export interface Carrier {
  /** Resolves to the id of the asset, once it is ready. */
  carry(file: File, item: UploadItem, on: CarrierEvents): Promise<string>
  /** What an abort with this reason leaves can be gone on with. */
  readonly pause: unknown
  failureOf(error: unknown, item: UploadItem): Pick<UploadItem, 'reason' | 'assetId' | 'isRetry'>
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
  /** The file of an asset that waits for one. */
  addFor(assetId: string, file: File): void
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
  const shelf = createShelf(kept, onChange)
  const runner = createRunner(shelf, carrier, onFinished)
  let made = 0
  const newId = () => `${Date.now()}-${made++}`

  function add(dropped: Dropped[], destination: Destination): void {
    for (const each of dropped) {
      const missed = shelf.items().find(item => item.state === 'unfinished' && isFileOf(item, each.file))
      const item = missed ?? itemFor(newId(), each, destination)
      shelf.put({ ...item, state: 'waiting', reason: undefined }, each.file)
    }
    runner.startNext()
  }

  return {
    items: shelf.items,
    add,
    addFor: (assetId, file) => {
      const item = itemFor(newId(), { file, folder: '' }, { projectId: '', folder: '' })
      shelf.put({ ...item, assetId, isRetry: true }, file)
      runner.startNext()
    },
    give: (id, file) => {
      const item = shelf.find(id)
      if (item === undefined) return
      if (isFileOf(item, file)) return add([{ file, folder: '' }], item.destination)
      const reason = `That is another file, or it was changed: choose the ${item.name} that was sent before.`
      shelf.change(id, { reason })
    },
    pause: id => {
      shelf.change(id, { state: 'paused' })
      runner.stop(id, carrier.pause)
    },
    resume: id => {
      shelf.change(id, { state: 'waiting', reason: undefined })
      runner.startNext()
    },
    cancel: id => {
      const item = shelf.find(id)
      shelf.drop(dropped => dropped.id === id)
      if (runner.stop(id) || item?.assetId === undefined) return
      const isOver = item.state === 'ready' || (item.state === 'failed' && item.isRetry === true)
      if (!isOver) void carrier.discard(item.assetId)
    },
    clearFinished: () => shelf.drop(({ state }) => state === 'ready'),
    close: () => {
      for (const { id } of shelf.items().filter(isUnderWay)) runner.stop(id, carrier.pause)
    },
  }
}

type Shelf = ReturnType<typeof createShelf>

/** The items, and the files of those that have one. */
function createShelf(kept: UploadItem[], onChange: (items: UploadItem[]) => void) {
  let items = kept
  const files = new Map<string, File>()
  const set = (next: UploadItem[]) => {
    items = next
    onChange(items)
  }
  return {
    items: () => items,
    find: (id: string) => items.find(item => item.id === id),
    fileOf: (id: string) => files.get(id),
    put: (item: UploadItem, file: File) => {
      files.set(item.id, file)
      const isKnown = items.some(({ id }) => id === item.id)
      set(isKnown ? items.map(old => (old.id === item.id ? item : old)) : [...items, item])
    },
    change: (id: string, changed: Partial<UploadItem>) =>
      set(items.map(item => (item.id === id ? { ...item, ...changed } : item))),
    drop: (isDropped: (item: UploadItem) => boolean) => {
      for (const { id } of items.filter(isDropped)) files.delete(id)
      set(items.filter(item => !isDropped(item)))
    },
  }
}

/** Sends those that wait, as many at a time as are good for a line. */
function createRunner(shelf: Shelf, carrier: Carrier, onFinished: QueueOptions['onFinished']) {
  const running = new Map<string, AbortController>()

  function startNext(): void {
    while (running.size < AT_A_TIME) {
      const next = shelf.items().find(({ id, state }) => state === 'waiting' && !running.has(id))
      const file = next && shelf.fileOf(next.id)
      if (next === undefined || file === undefined) return
      const aborting = new AbortController()
      running.set(next.id, aborting)
      void run(next, file, aborting.signal).finally(() => {
        running.delete(next.id)
        startNext()
      })
    }
  }

  async function run(item: UploadItem, file: File, signal: AbortSignal): Promise<void> {
    const { id } = item
    shelf.change(id, { state: 'sending' })
    try {
      const assetId = await carrier.carry(file, item, {
        signal,
        onReserved: reserved => shelf.change(id, { assetId: reserved }),
        onProgress: (sentBytes, isVerifying) =>
          signal.aborted || shelf.change(id, { sentBytes, state: isVerifying ? 'verifying' : 'sending' }),
      })
      shelf.change(id, { state: 'ready', sentBytes: item.size, assetId })
    } catch (error) {
      if (signal.aborted) return // whoever stopped it has said what it is now
      shelf.change(id, { state: 'failed', ...carrier.failureOf(error, shelf.find(id) ?? item) })
    }
    const ended = shelf.find(id)
    if (ended !== undefined) onFinished(ended)
  }

  return {
    startNext,
    /** False for one that is not sent now. */
    stop: (id: string, reason?: unknown): boolean => {
      running.get(id)?.abort(reason)
      return running.has(id)
    },
  }
}
