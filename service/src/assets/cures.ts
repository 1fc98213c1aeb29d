// What there is to do about an attempt, in a sentence for whoever asks why a file is not there.
import type { FailureCode } from './asset.ts'
import { type Attempt, type AttemptState, isLeased } from './attempt.ts'

/** What an attempt waits for; of an open one its row tells more than its state. */
type Standing =
  | Exclude<AttemptState, 'open'>
  | FailureCode
  | 'waiting'
  | 'fetching'
  | 'arriving'
  | 'paused'
  | 'cut'
  | 'stopped'

const RETRY = 'POST /assets/{asset_id}/retry gives fresh instructions'

/** Null where nothing is to be done. */
const CURES = {
  waiting: 'No bytes have arrived: send the file to the upload URL, then POST /assets/{asset_id}/complete.',
  arriving:
    'The bytes are arriving: wait until the upload has answered, then POST /assets/{asset_id}/complete.',
  fetching: 'The URL is being fetched, or will be again in a moment: wait.',
  paused: 'Part of the file is stored: ask with HEAD how much, and send the rest from there.',
  cut: 'The connection ended before the file was whole: send it again to the same upload URL.',
  stopped:
    'The service refused or stopped the upload, and its answer said why: put that right, then send the file again to the same upload URL.',
  received: 'The file is stored and nobody has asked for it: POST /assets/{asset_id}/complete.',
  won: null,
  failed: `Its bytes were refused: ${RETRY}.`,
  expired: `Its time is over: ${RETRY}.`,
  superseded: 'A retry has taken its place: look at the attempt that follows.',
  cancelled: `The upload was given up: ${RETRY}.`,
  empty_file: `See that the file has bytes, then ${RETRY}.`,
  unsupported_type: `Convert the file to a type this service takes, then ${RETRY}.`,
  unreadable_file: `See that the file opens elsewhere and export it anew, then ${RETRY}.`,
  size_mismatch: `Send the whole file: ${RETRY}. Where file_size was wrong, create another asset.`,
  checksum_mismatch: `Send the file unchanged: ${RETRY}. Where sha256 was wrong, create another asset.`,
  too_many_pixels: `Scale the picture down, then ${RETRY}.`,
  too_large: `Make the file smaller, then ${RETRY}.`,
  too_slow: `The file takes too long to look into: simplify or shorten it, then ${RETRY}.`,
  malware_found: 'Do not send this file again: see where it comes from, and clean that.',
  fetch_failed: `See that anyone can open the URL and create the asset anew, or send the file yourself: ${RETRY}.`,
} satisfies Record<Standing, string | null>

export const cureOf = (attempt: Attempt, now: number): string | null => CURES[standingOf(attempt, now)]

function standingOf(attempt: Attempt, now: number): Standing {
  const { state, verdict } = attempt
  if (verdict?.admitted === false) return verdict.code
  if (state === 'open') return standingOfOpen(attempt, now)
  return state
}

function standingOfOpen(attempt: Attempt, now: number): Standing {
  const { closedBy, leaseUntil, partial, transport } = attempt
  if (isLeased(attempt, now)) return transport === 'url' ? 'fetching' : 'arriving'
  if (attempt.expiresAt <= now) return 'expired'
  if (transport === 'url') return 'fetching'
  if (partial !== null && partial.sizeBytes > 0) return 'paused'
  if (closedBy === 'server') return 'stopped'
  return closedBy === 'client' || leaseUntil !== null ? 'cut' : 'waiting'
}
