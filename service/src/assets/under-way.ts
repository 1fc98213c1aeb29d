// Uploads under way in this process: the newest on an attempt stops the one before it and waits for its end.
import { within } from '../ground/within.ts'
import type { Ports } from './ports.ts'
import type { Ticket } from './ticket.ts'

export interface UploadUnderWay {
  /** Whether what it has brought stays when it is stopped. */
  isResumable: boolean
  /** Throws the reason where the upload waits for bytes. */
  stop(reason: Error): void
  /** Resolves when the upload is over, its file closed and its row written, however it ended. */
  over: Promise<void>
}

/** By asset and attempt. */
export type Uploads = Map<string, UploadUnderWay>

type UploadPorts = Pick<Ports, 'uploads' | 'clock'>
type Place = Pick<Ticket, 'assetId' | 'attempt'>

/** An upload stops within moments, unless its disk hangs; then the fence alone keeps it off. */
const HAND_OVER_MS = 5_000

/** Runs an upload once the one before it on this attempt, if there is one, has stopped for `reason`. */
export async function takingOver<T>(
  ports: UploadPorts,
  { place, reason, isResumable = false }: { place: Place; reason: () => Error; isResumable?: boolean },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const older = ports.uploads.get(nameOf(place))
  const stop = new AbortController()
  const runNext = async () => {
    if (older !== undefined) await handOver(ports, older, reason())
    stop.signal.throwIfAborted()
    return run(stop.signal)
  }
  const running = runNext()
  const over = running.then(ignore, ignore)
  const mine = { isResumable, stop: (why: Error) => stop.abort(why), over }
  ports.uploads.set(nameOf(place), mine)
  try {
    return await running
  } finally {
    if (ports.uploads.get(nameOf(place)) === mine) ports.uploads.delete(nameOf(place))
  }
}

/**
 * Stops the upload that this process has under way on the attempt; what it brought is in the row afterwards. Answers
 * whether there was one.
 */
export async function stopUpload(ports: UploadPorts, place: Place, reason: Error): Promise<boolean> {
  const running = ports.uploads.get(nameOf(place))
  if (running !== undefined) await handOver(ports, running, reason)
  return running !== undefined
}

/** Whether this process has an upload under way on the attempt. */
export const isUnderWay = ({ uploads }: Pick<Ports, 'uploads'>, place: Place): boolean =>
  uploads.has(nameOf(place))

async function handOver({ clock }: UploadPorts, upload: UploadUnderWay, reason: Error): Promise<void> {
  upload.stop(reason)
  await within(clock, HAND_OVER_MS, upload.over, undefined)
}

const nameOf = ({ assetId, attempt }: Place): string => `${assetId}.${attempt}`

const ignore = () => undefined
