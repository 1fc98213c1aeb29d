// The rule of durability, held against a record: what an answer rests on was synced before it was sent.
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Told, ToldAnswer } from '../kill/client.ts'
import type { DiskEvent } from './disk-events.ts'
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

/** The keys of each asset's bytes, by asset. */
export type KeysOf = Map<string, { received: string[]; published: string | null }>

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
    for (const requestId of requestIdsIn(event)) {
      const found = answers.get(requestId)
      if (found === undefined) continue
      judged++
      const files = filesBehind(found.told, found.answer, keysOf)
      const faults = faultsOf(model, session.dataDir, { files, bytes: found.told.bytes.length })
      broken.push(...faults.map(fault => `${found.answer.step} of ${found.told.assetId}: ${fault}`))
    }
  }
  return { judged, broken, model }
}

const requestIdsIn = (event: DiskEvent): string[] =>
  event.kind === 'send' && /HTTP\/1\.1 2\d\d/.test(event.text)
    ? [...event.text.matchAll(/req_[0-9a-f]{24}/g)].map(([id]) => id)
    : []

/** An upload's answer rests on one of the files that the asset's attempts received; which, only its rows know. */
function filesBehind(told: Told, { step }: ToldAnswer, keysOf: KeysOf): string[] {
  const keys = keysOf.get(told.assetId)
  if (step === 'upload') return keys?.received ?? []
  const isPublished = step === 'complete' || step === 'direct' || step === 'attach'
  return isPublished ? [keys?.published ?? 'nothing'] : []
}

function faultsOf(model: DiskModel, dataDir: string, behind: { files: string[]; bytes: number }): string[] {
  const database = ['herbarium.db', 'herbarium.db-wal'].map(name => path.join(dataDir, name))
  const faults = database.flatMap(file =>
    model.survivor(file) === undefined ? [`${path.basename(file)} has no synced name`] : [],
  )
  if ((model.find(database[1] ?? '')?.unsynced.size ?? 1) > 0)
    faults.push('the write-ahead log has unsynced bytes')
  const isKept = behind.files.some(file => {
    const survivor = model.survivor(path.join(dataDir, 'blobs', file))
    return survivor?.syncedSize === behind.bytes && survivor.unsynced.size === 0
  })
  if (behind.files.length > 0 && !isKept) faults.push(`none of ${behind.files.join(', ')} is synced whole`)
  return faults
}

/** Reads the rows of a folder that no server runs on. */
export function keysIn(dataDir: string): KeysOf {
  const database = new DatabaseSync(path.join(dataDir, 'herbarium.db'))
  const keys: KeysOf = new Map()
  for (const { id, blob_key } of database.prepare('select id, blob_key from assets').all())
    keys.set(String(id), { received: [], published: blob_key === null ? null : String(blob_key) })
  const received = database.prepare(
    'select asset_id, received_key from attempts where received_key is not null',
  )
  for (const { asset_id, received_key } of received.all())
    keys.get(String(asset_id))?.received.push(String(received_key))
  database.close()
  return keys
}
