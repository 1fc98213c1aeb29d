// Many files at a time, each of which can be paused, resumed, retried and cancelled: what a page shows and steers.
import type { Client } from './create-client.ts'
import { HerbariumError } from './errors.ts'
import { isCancelled, PAUSE, type Progress, type UploadOptions } from './upload-options.ts'
import type { Asset, Reservation } from './wire.ts'

export type UploadStatus = 'waiting' | 'uploading' | 'paused' | 'ready' | 'failed'

/** One file as it is now; replaced, never changed. */
export interface QueuedUpload extends Progress {
  id: string
  file: File
  status: UploadStatus
  /** Of a ready upload. */
  asset?: Asset | undefined
  /** Of a failed one: a HerbariumError, or what `getReservation` threw. */
  error?: Error | undefined
}

export interface UploadQueueOptions {
  client: Client
  /** Asks the backend that has the API key; not needed where the client has it. */
  getReservation?: ((file: File) => Promise<Reservation>) | undefined
  /** How files are sent and, where the client reserves, what the assets are to be. */
  upload?: Omit<UploadOptions, 'reservation' | 'signal' | 'onProgress' | 'onReserved'> | undefined
  /** Files at a time. Default: 3. */
  limit?: number | undefined
  onReady?: ((asset: Asset, file: File) => void) | undefined
}

export interface UploadQueue {
  /** Answers their ids. */
  add(files: Iterable<File>): string[]
  /** Keeps what has arrived. */
  pause(id: string): void
  resume(id: string): void
  /** Goes on with a failed one, from what has arrived of it. */
  retry(id: string): void
  /** Takes it out of the queue, and off the server unless it is ready. */
  cancel(id: string): void
  pauseAll(): void
  /** The same array until something changes. */
  uploads(): readonly QueuedUpload[]
  /** Answers how to unsubscribe. */
  subscribe(listener: () => void): () => void
}

interface Entry {
  upload: QueuedUpload
  reservation?: Reservation | undefined
  /** Of the run under way. */
  controller?: AbortController | undefined
  /** The last run, which may be ending still. */
  ended: Promise<void>
}

interface Queue {
  options: () => UploadQueueOptions
  entries: Map<string, Entry>
  listeners: Set<() => void>
  shown: readonly QueuedUpload[]
}

const LIMIT = 3

/** `options` is asked each time it matters, so that what it answers may change. */
export function createUploadQueue(options: () => UploadQueueOptions): UploadQueue {
  const queue: Queue = { options, entries: new Map(), listeners: new Set(), shown: [] }
  let lastId = 0
  const resume = (id: string) => move(queue, id, ['paused', 'failed'], 'waiting')
  return {
    add: files => {
      const ids = Array.from(files, file => {
        const id = String(++lastId)
        queue.entries.set(id, { upload: untouched(id, file), ended: Promise.resolve() })
        return id
      })
      show(queue)
      startWaiting(queue)
      return ids
    },
    pause: id => move(queue, id, ['waiting', 'uploading'], 'paused'),
    resume,
    retry: resume,
    cancel: id => cancel(queue, id),
    pauseAll: () => {
      for (const id of queue.entries.keys()) move(queue, id, ['waiting'], 'paused')
      for (const id of queue.entries.keys()) move(queue, id, ['uploading'], 'paused')
    },
    uploads: () => queue.shown,
    subscribe: listener => {
      queue.listeners.add(listener)
      return () => queue.listeners.delete(listener)
    },
  }
}

const untouched = (id: string, file: File): QueuedUpload => ({
  id,
  file,
  status: 'waiting',
  phase: 'reserving',
  sentBytes: 0,
  totalBytes: file.size,
})

function show(queue: Queue): void {
  queue.shown = Array.from(queue.entries.values(), ({ upload }) => upload)
  for (const listener of queue.listeners) listener()
}

function change(queue: Queue, entry: Entry, said: Partial<QueuedUpload>): void {
  entry.upload = { ...entry.upload, ...said }
  show(queue)
}

function move(queue: Queue, id: string, from: UploadStatus[], status: UploadStatus): void {
  const entry = queue.entries.get(id)
  if (entry === undefined || !from.includes(entry.upload.status)) return
  entry.controller?.abort(PAUSE)
  change(queue, entry, { status, error: undefined })
  startWaiting(queue)
}

/** A run that is stopped removes what it has made; of one that was over, that is done here. */
function cancel(queue: Queue, id: string): void {
  const entry = queue.entries.get(id)
  if (entry === undefined) return
  queue.entries.delete(id)
  entry.controller?.abort()
  void entry.ended.then(() => discardLeft(queue, entry))
  show(queue)
  startWaiting(queue)
}

/** Nobody is left to be told of a failure; what stays expires. */
async function discardLeft(queue: Queue, { reservation, upload }: Entry): Promise<void> {
  if (reservation !== undefined && upload.status !== 'ready')
    await queue
      .options()
      .client.discard(reservation)
      .catch(() => undefined)
}

function startWaiting(queue: Queue): void {
  const all = [...queue.entries.values()]
  const underWay = all.filter(({ upload }) => upload.status === 'uploading').length
  const free = Math.max(0, (queue.options().limit ?? LIMIT) - underWay)
  const next = all.filter(({ upload }) => upload.status === 'waiting').slice(0, free)
  for (const entry of next) entry.ended = run(queue, entry)
}

async function run(queue: Queue, entry: Entry): Promise<void> {
  const controller = new AbortController()
  const { ended } = entry
  entry.controller = controller
  change(queue, entry, { status: 'uploading' })
  await ended
  if (entry.upload.asset !== undefined) return // the run before was paused too late
  const outcome = await bring(queue, entry, controller.signal)
  if (!controller.signal.aborted || outcome.asset !== undefined) change(queue, entry, outcome)
  if (outcome.asset !== undefined) queue.options().onReady?.(outcome.asset, entry.upload.file)
  startWaiting(queue)
}

async function bring(queue: Queue, entry: Entry, signal: AbortSignal): Promise<Partial<QueuedUpload>> {
  const { client, getReservation, upload } = queue.options()
  const { file } = entry.upload
  try {
    const asset = await client.upload(file, {
      ...upload,
      reservation: entry.reservation ?? (getReservation && (() => getReservation(file))),
      signal,
      onProgress: progress => change(queue, entry, progress),
      onReserved: reservation => {
        entry.reservation = reservation
      },
    })
    return { status: 'ready', asset }
  } catch (error) {
    if (isCancelled(signal) || isLost(error)) entry.reservation = undefined
    return { status: 'failed', error: error instanceof Error ? error : new Error(String(error)) }
  }
}

/** The asset is gone, or its token dead: another try needs another reservation. */
const isLost = (error: unknown): boolean =>
  error instanceof HerbariumError && [401, 403, 404].includes(error.status ?? 0)
