// An installation moved to another database, another store, or both: first every byte, then all rows at once.
import { Fault } from '../ground/fault.ts'
import { type CopyReport, nothingCopied } from './copying.ts'
import { moveBytes, removeUnnamed } from './move-bytes.ts'
import type { ByteTarget, Farewell, MovingRows, Places, RowTarget, Watch } from './move-ports.ts'
import type { BlobStore } from './ports.ts'

export interface MovePorts {
  rows: MovingRows
  blobs: BlobStore
  /** Undefined for what stays where it is; one of them moves. */
  targets: { rows: RowTarget | undefined; bytes: ByteTarget | undefined }
  places: Places
  farewell: Farewell
  watch: Watch
}

export interface MoveReport extends CopyReport {
  /** The target is a whole installation, and the source serves no more. */
  isComplete: boolean
  /** It was complete before this run. */
  wasComplete: boolean
  /** How many rows this run moved. */
  rows: number
}

const NOTHING: MoveReport = { isComplete: false, wasComplete: false, rows: 0, ...nothingCopied() }

/** Copies the bytes of ready assets while the installation may still be served; nothing is complete by it. */
export async function moveAhead(ports: MovePorts): Promise<MoveReport> {
  const source = await claimed(ports)
  if (source === undefined) return { ...NOTHING, isComplete: true, wasComplete: true }
  return { ...NOTHING, ...(await bytesOf(ports, { withReceived: false })) }
}

/**
 * Nobody else may have the source open. Rows are taken when every byte they name is in its new place and was read back
 * there; before that the source is closed for good, so that what is announced as moved cannot change any more. Cut off
 * at any point it is run again.
 */
export async function move(ports: MovePorts): Promise<MoveReport> {
  const { rows, targets, farewell } = ports
  await mustBeSound(rows)
  const source = await claimed(ports)
  if (source === undefined) {
    await targets.bytes?.mark.remove()
    return { ...NOTHING, isComplete: true, wasComplete: true }
  }
  const report = { ...NOTHING, ...(await bytesOf(ports, { withReceived: true })) }
  if (report.damaged.length > 0) return report
  if (targets.bytes !== undefined) report.removed = await removeUnnamed(targets.bytes.blobs, rows)
  await farewell.write(ports.places)
  report.rows = await moveRows(ports, source)
  await targets.bytes?.mark.remove()
  return { ...report, isComplete: true }
}

async function mustBeSound(rows: MovingRows): Promise<void> {
  const faults = await rows.integrity()
  if (faults.length > 0)
    throw new Fault([
      ...faults,
      'The rows are not sound, so nothing was moved: "herbarium doctor" says what to do.',
    ])
}

/** Makes the targets this source's own. Undefined where it has moved there already. */
async function claimed({ rows, targets, places, farewell }: MovePorts): Promise<string | undefined> {
  const source = await rows.identity()
  if (source === undefined)
    throw new Fault(['This installation has no workspace yet: there is nothing to move.'])
  const gone = await farewell.find()
  if (gone !== undefined && (gone.rows !== places.rows || gone.bytes !== places.bytes))
    throw new Fault([
      `This installation has moved, or is in the last step of moving, to ${inWords(gone)}: go on there.`,
    ])
  if ((await targets.rows?.claim(source)) === 'whole') {
    if (gone !== undefined) return undefined
    throw new Fault([
      'The target has all rows of this installation, which may have been used since: start the service on the target, or name an empty database and an empty bucket.',
    ])
  }
  if (targets.bytes === undefined) return source
  const isFinished = targets.rows === undefined && gone !== undefined
  return claimBytes(targets.bytes, source, isFinished)
}

async function claimBytes(
  { blobs, mark }: ByteTarget,
  source: string,
  isFinished: boolean,
): Promise<string | undefined> {
  const owner = await mark.find()
  if (owner === source) return source
  if (owner !== undefined)
    throw new Fault([
      'Another installation is being moved to the target bucket: name another S3_PREFIX or bucket.',
    ])
  if (isFinished) return undefined
  if (!(await isEmpty(blobs)))
    throw new Fault(['The target bucket has media already: name another S3_PREFIX, or a bucket of its own.'])
  await mark.put(source)
  return source
}

async function isEmpty(blobs: BlobStore): Promise<boolean> {
  for (const area of ['media', 'quarantine', 'incoming'] as const)
    for await (const page of blobs.stored(area)) if (page.length > 0) return false
  return true
}

const bytesOf = async (
  { rows, blobs, targets, watch }: MovePorts,
  options: { withReceived: boolean },
): Promise<CopyReport> => {
  const to = targets.bytes?.blobs
  if (to === undefined) return NOTHING
  return watch('moving bytes', onProgress => moveBytes({ rows, from: blobs, to }, { ...options, onProgress }))
}

async function moveRows({ rows, targets, watch }: MovePorts, source: string): Promise<number> {
  const { rows: target, bytes } = targets
  const leavesPartialBytes = bytes !== undefined
  if (target !== undefined)
    return watch('moving rows', onProgress => target.take(source, rows, { leavesPartialBytes, onProgress }))
  await rows.leavePartialBytes()
  return 0
}

export const inWords = ({ rows, bytes }: Places): string =>
  [rows, bytes].filter(place => place !== undefined).join(' and ')
