// What is seen of the place an installation lives in, and what it is worth.

import type { Check, CheckStatus } from './doctor/check.ts'

/** A folder as the system sees it. */
export interface FolderFacts {
  path: string
  isThere: boolean
  isWritable: boolean
  isOwn: boolean
  /** Whether other users can enter or read it. */
  isOpenToOthers: boolean
}

export interface Survey {
  /** False for an installation that was never begun; nothing else is known then. */
  isThere: boolean
  folders: FolderFacts[]
  /** Why a file could not be given a second name in another of the folders; undefined where it could. */
  linkFault: string | undefined
  /** How far the file system's clock is from this process's; undefined where nothing could be written. */
  fileClockAheadMs: number | undefined
  freeBytes: number
  totalBytes: number
  /** False where the bytes are in a bucket: then nothing is known of links and the file system's clock. */
  holdsBytes: boolean
  /** Undefined where the environment gives the secret. */
  secretFile:
    | { path: string; isThere: boolean; isOpenToOthers: boolean; fault: string | undefined }
    | undefined
}

const MIB = 1024 ** 2
const FULL_BYTES = 64 * MIB
const LOW_BYTES = 1024 * MIB
const LOW_SHARE = 0.05
/** A file system's times are a few milliseconds coarse; a network's clock may be anything. */
const SKEW_MS = 2_000

export function placeChecks(survey: Survey): Check[] {
  if (!survey.isThere)
    return [fail('folders', 'DATA_DIR is not there: set it, or begin with "herbarium serve".')]
  return [
    foldersCheck(survey),
    ...(survey.holdsBytes ? [fileSystemCheck(survey), fileClockCheck(survey)] : []),
    diskSpaceCheck(survey),
    secretKeyCheck(survey),
  ]
}

function foldersCheck({ folders }: Survey): Check {
  const bad = folders.filter(folder => !folder.isThere || !folder.isWritable)
  if (bad.length > 0)
    return fail(
      'folders',
      `${bad.map(({ path, isThere }) => `${path} ${isThere ? 'cannot be written' : 'is not there'}`).join(', ')}. Run as the folders' owner; missing ones are made by the next start, and what was in them comes back from a backup.`,
    )
  const foreign = folders.filter(folder => !folder.isOwn)
  if (foreign.length > 0)
    return warn(
      'folders',
      `${pathsOf(foreign)} belongs to another user. Run every command as the user the server runs as.`,
    )
  const open = folders.filter(folder => folder.isOpenToOthers)
  if (open.length > 0) return warn('folders', `${pathsOf(open)} is open to other users. chmod 700 it.`)
  return ok('folders', 'are there, writable and closed to other users')
}

const pathsOf = (folders: FolderFacts[]): string => folders.map(({ path }) => path).join(', ')

function fileSystemCheck({ linkFault }: Survey): Check {
  return linkFault === undefined
    ? ok('file_system', 'incoming, quarantine and media are one file system with hard links')
    : fail(
        'file_system',
        `a file cannot go from incoming to media (${linkFault}). Keep blobs/ on one file system that has hard links.`,
      )
}

function fileClockCheck({ fileClockAheadMs: ahead }: Survey): Check {
  if (ahead === undefined) return warn('file_clock', 'is unknown: nothing could be written.')
  return Math.abs(ahead) > SKEW_MS
    ? warn(
        'file_clock',
        `the file system's clock is ${Math.round(ahead / 1000)} s ahead of this machine's. Set both by one source; ages of files are judged wrong until then.`,
      )
    : ok('file_clock', "the file system's clock agrees with this machine's")
}

function diskSpaceCheck({ freeBytes, totalBytes }: Survey): Check {
  const said = `${Math.floor(freeBytes / MIB)} MiB of ${Math.floor(totalBytes / MIB)} MiB are free`
  if (freeBytes < FULL_BYTES) return fail('disk_space', `${said}. Make room: uploads are refused.`)
  const isLow = freeBytes < LOW_BYTES || freeBytes < totalBytes * LOW_SHARE
  return isLow ? warn('disk_space', `${said}. Make room soon.`) : ok('disk_space', said)
}

function secretKeyCheck({ secretFile }: Survey): Check {
  if (secretFile === undefined) return ok('secret_key', 'comes from SECRET_KEY')
  const { path, isThere, isOpenToOthers, fault } = secretFile
  if (!isThere) return ok('secret_key', `${path} will be made by the first start`)
  if (fault !== undefined) return fail('secret_key', fault)
  return isOpenToOthers
    ? fail('secret_key', `${path} can be read by other users. chmod 600 it.`)
    : ok('secret_key', `${path} is readable by its owner only`)
}

const said =
  (status: CheckStatus) =>
  (name: string, detail: string): Check => ({ name, status, detail })
const ok = said('ok')
const warn = said('warn')
const fail = said('fail')
