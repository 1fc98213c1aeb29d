// The rule of durability, held against a record: what an answer rests on was synced before it was sent.
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Told, ToldAnswer } from '../kill/told.ts'
import { createDiskModel, type DiskModel } from './disk-model.ts'
import type { Session } from './record-session.ts'

export interface Judgement {
  /** Answers that were found in the record and judged. */
  judged: number
  /** What was not synced when an answer went out, in words. */
  broken: string[]
  /** The disk at the end of the record. */
  model: DiskModel
}

/** The keys of each asset's bytes, by asset that is there; and what the names of its unfinished files begin with. */
export type KeysOf = Map<string, { received: string[]; published: string | null; unfinished: string[] }>

/** Judges every answer of the ledger that the record shows. */
export function judge(session: Session, ledger: Told[], keysOf: KeysOf): Judgement {
  const model = createDiskModel(session.dataDir, session.existing)
  const answers = new Map(
    ledger.flatMap(told => told.answers.map(answer => [answer.requestId, { told, answer }])),
  )
  const broken: string[] = []
  let judged = 0
  for (const event of session.events) {
    model.apply(event)
    if (event.kind !== 'send') continue
    for (const requestId of requestIdsIn(event.text)) {
      const found = answers.get(requestId)
      if (found === undefined) continue
      judged++
      const files =
        found.answer.step === 'part'
          ? unfinishedFiles(model, keysOf.get(found.told.assetId)?.unfinished)
          : filesBehind(found.told, found.answer, keysOf)
      const faults = faultsOf(model, session.dataDir, {
        files,
        answer: found.answer,
        thread: event.thread,
      })
      broken.push(...faults.map(fault => `${found.answer.step} of ${found.told.assetId}: ${fault}`))
    }
  }
  return { judged, broken, model }
}

const requestIdsIn = (text: string): string[] =>
  /HTTP\/1\.1 2\d\d/.test(text) ? [...text.matchAll(/req_[0-9a-f]{24}/g)].map(([id]) => id) : []

/** A part's answer rests on a file that may have had many names since. */
const unfinishedFiles = (model: DiskModel, beginnings: string[] | undefined): string[] | undefined =>
  beginnings &&
  model
    .survivors()
    .map(({ file }) => file)
    .filter(file => /\/(incoming|quarantine)\/[^/]+$/.test(file))
    .map(file => file.split('/').slice(-2).join('/'))
    .filter(file => beginnings.some(beginning => path.basename(file).startsWith(`${beginning}.`)))

/** An upload's answer rests on one of the files that the asset's attempts received; which, only its rows know. */
function filesBehind(told: Told, { step }: ToldAnswer, keysOf: KeysOf): string[] | undefined {
  const keys = keysOf.get(told.assetId)
  if (step === 'upload') return keys?.received
  const isPublished = step === 'complete' || step === 'direct' || step === 'attach'
  const mayBeGone = told.state === 'deleted' || told.unsure.has('delete')
  if (!isPublished || (keys === undefined && mayBeGone)) return undefined
  return [keys?.published ?? 'nothing']
}

interface Resting {
  files: string[] | undefined
  answer: ToldAnswer
  /** The one that sent it. */
  thread: string
}

/**
 * Without files only the rows are looked at: those of an asset that was deleted since cannot be named any more. Rows that
 * another thread is writing are none of this answer's: it cannot know of them until that thread has told.
 */
function faultsOf(
  model: DiskModel,
  dataDir: string,
  { files, answer: { step, bytes }, thread }: Resting,
): string[] {
  const rows = path.join(dataDir, 'herbarium.db')
  const log = `${rows}-wal`
  const faults = [rows, log].flatMap(file =>
    model.survivor(file) === undefined ? [`${path.basename(file)} has no synced name`] : [],
  )
  if (model.find(log) === undefined || model.knownUnsynced(log, thread) > 0)
    faults.push('the write-ahead log has unsynced bytes')
  const isKept = files?.some(file => {
    const survivor = model.survivor(path.join(dataDir, 'blobs', file))
    if (survivor === undefined || survivor.syncedSize < bytes) return false
    return step === 'part' || (survivor.syncedSize === bytes && survivor.unsynced.size === 0)
  })
  if (isKept === false) faults.push(`none of ${files?.join(', ')} is synced with its ${bytes} bytes`)
  return faults
}

/** Reads the rows of a folder that no server runs on. */
export function keysIn(dataDir: string): KeysOf {
  const database = new DatabaseSync(path.join(dataDir, 'herbarium.db'))
  const keys: KeysOf = new Map()
  for (const { id, blob_key } of database.prepare('select id, blob_key from assets').all())
    keys.set(String(id), {
      received: [],
      published: blob_key === null ? null : String(blob_key),
      unfinished: [],
    })
  const received = database.prepare(
    'select asset_id, received_key from attempts where received_key is not null',
  )
  for (const { asset_id, received_key } of received.all())
    keys.get(String(asset_id))?.received.push(String(received_key))
  const begun = database.prepare('select asset_id, quarantine_key from attempts')
  for (const { asset_id, quarantine_key } of begun.all())
    keys.get(String(asset_id))?.unfinished.push(path.basename(String(quarantine_key)))
  database.close()
  return keys
}
