// Uploads in parts: beginning, going on at the right place and at others, breaking off, asking, giving up.
import assert from 'node:assert/strict'
import { beginUpload } from '../../../src/assets/resumable/begin.ts'
import { cancelUpload } from '../../../src/assets/resumable/cancel.ts'
import { findProgress } from '../../../src/assets/resumable/progress.ts'
import { resume } from '../../../src/assets/resumable/resume.ts'
import type { Ticket } from '../../../src/assets/ticket.ts'
import { type Action, goodBytes, onAsset, type Plan, pieces, refused } from './action.ts'
import { type ModelAsset, NOTHING, offsetIn, type Seen, seenOf, shaOf, takesBytes } from './model.ts'

const atTheDoor = (index: number) => ({ index, asked: 'at the door' }) as const

function ticketFor({ tickets }: ModelAsset): Ticket {
  const ticket = tickets.at(-1)
  if (ticket === undefined) throw new Error('an asset has no ticket')
  return ticket
}

/** All files are as long as another: an upload that begins anew may bring other bytes. */
const FILE_BYTES = goodBytes().length

/** Whatever had arrived, the upload is at its first byte. */
export const beginParts = (index: number, isDeferred: boolean): Action =>
  onAsset(isDeferred ? 'tus creation, length unsaid,' : 'tus creation', atTheDoor(index), (asset, model) => {
    const totalBytes = isDeferred ? null : FILE_BYTES
    const call: Plan['call'] = ({ ports }) => beginUpload(ports, { ticket: ticketFor(asset), totalBytes })
    if (!takesBytes(asset, model.now)) return refused('forbidden', call)
    const begun: Seen = { ...seenOf(asset), partial: { sizeBytes: 0, totalBytes } }
    return { answer: 'done', after: new Map([[asset, [begun]]]), call }
  })

interface Part {
  /** So much of what is missing. */
  share: number
  isCut?: boolean
  /** So far beside the right offset. */
  astray?: number
}

/** Sends a part of the file whose beginning has arrived. */
export const appendPart = (index: number, { share, isCut = false, astray = 0 }: Part): Action =>
  onAsset(titleOf({ share, isCut, astray }), atTheDoor(index), (asset, model) => {
    const from = offsetIn(asset)
    const file = from > 0 && asset.file !== undefined ? asset.file : goodBytes()
    const end = from + Math.ceil((FILE_BYTES - from) * share)
    const part = file.subarray(from, end)
    const isWhole = asset.partial === null && asset.state === 'received'
    const isSaid = isWhole || typeof asset.partial?.totalBytes === 'number'
    const call: Plan['call'] = ({ ports }) =>
      resume(ports, {
        ticket: ticketFor(asset),
        offset: from + astray,
        totalBytes: isSaid ? undefined : FILE_BYTES,
        bytes: pieces(part, isCut),
        checksum: undefined,
      })
    if (!takesBytes(asset, model.now)) return refused('forbidden', call)
    if (astray !== 0 || isWhole) return refused('conflict', call)
    asset.file = file
    const at = (offset: number): Seen => arrived(asset, file, offset)
    const half = from + (part.length >> 1)
    return {
      answer: isCut ? 'cut' : 'done',
      after: new Map([[asset, [at(isCut ? half : end)]]]),
      onTheWay: new Map([[asset, [at(from), at(half)]]]),
      call,
    }
  })

const titleOf = ({ share, isCut, astray }: Required<Part>): string =>
  `tus PATCH of ${share}${isCut ? ', cut short,' : ''}${astray === 0 ? '' : ` at ${astray} beside its place`}`

/** So much of the file is there; once it is all of it, the attempt has received it. */
const arrived = (asset: ModelAsset, file: Buffer, offset: number): Seen =>
  offset === FILE_BYTES
    ? { ...seenOf(asset), state: 'received', sha256: shaOf(file), sizeBytes: FILE_BYTES, partial: null }
    : { ...seenOf(asset), partial: { sizeBytes: offset, totalBytes: FILE_BYTES } }

export const askOffset = (index: number): Action =>
  onAsset('tus HEAD', atTheDoor(index), (asset, model) => {
    const offset = offsetIn(asset)
    const call: Plan['call'] = async ({ ports }) =>
      assert.equal((await findProgress(ports, ticketFor(asset))).offset, offset)
    return takesBytes(asset, model.now)
      ? { answer: 'done', after: new Map(), call }
      : refused('forbidden', call)
  })

export const giveUp = (index: number): Action =>
  onAsset('tus termination', atTheDoor(index), (asset, model) => {
    const call: Plan['call'] = ({ ports }) => cancelUpload(ports, ticketFor(asset))
    if (!takesBytes(asset, model.now)) return refused('forbidden', call)
    const cancelled: Seen = { ...seenOf(asset), ...NOTHING, state: 'cancelled' }
    return { answer: 'done', after: new Map([[asset, [cancelled]]]), call }
  })
