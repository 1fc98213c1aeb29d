// Remembered requests: who asked for what, under a key of the client's or a note of ours.
import type { Kysely, Selectable } from 'kysely'
import {
  REQUEST_TTL_MS,
  type RequestRecord,
  type RequestRecords,
  type RequestScope,
  type StoredRefusal,
} from '../ground/request-record.ts'
import type { Tables } from './tables.ts'
import type { Step, Write } from './write.ts'

type Db = Kysely<Tables>

const SCOPE = ['key_id', 'method', 'path', 'key'] as const
const ANSWERED = 'answered'
const NOTED = 'noted'
const REPEATED = 'repeated'

export const createRequestRecords = (db: Db, write: Write): RequestRecords => ({
  findRequest: scope => findRequest(db, scope),
  saveRequest: async request =>
    (await write([rememberRequest(db, request)])) === 'saved' ? 'saved' : 'already_answered',
  forgetRequests: (before, limit) => forgetRequests(db, write, { before, limit }),
})

/**
 * Claims the key in the same write as what it made. A taken key undoes the whole write; one from long ago does not
 * count, and a note takes the place of any before it. A first and its repetition may be under way on two nodes: the one
 * that is written later finds the other's note, and leaves nothing.
 */
export const rememberRequest = (db: Db, request: RequestRecord): Step => ({
  query: db
    .insertInto('requests')
    .values({
      key_id: request.keyId,
      method: request.method,
      path: request.path,
      key: request.key,
      ...answerRow(request),
    })
    .onConflict(conflict => {
      const replaced = conflict.columns(SCOPE).doUpdateSet(answerRow(request))
      if (!request.isNote) return replaced.where('requests.at', '<=', request.at - REQUEST_TTL_MS)
      if (request.repeats !== undefined)
        return replaced.where('requests.request_id', '=', request.repeats.after ?? NOBODY)
      return replaced.where(eb =>
        eb.or([eb('requests.state', '!=', REPEATED), eb('requests.at', '<', request.at)]),
      )
    })
    .compile(),
  otherwise: 'already_answered',
})

/** No request's id. */
const NOBODY = ''

const stateOf = ({ isNote, repeats }: RequestRecord): string => {
  if (!isNote) return ANSWERED
  return repeats === undefined ? NOTED : REPEATED
}

const answerRow = (request: RequestRecord) => ({
  fingerprint: request.fingerprint,
  state: stateOf(request),
  status: request.status,
  refusal: request.refusal === null ? null : JSON.stringify(request.refusal),
  request_id: request.requestId,
  subject_id: request.subjectId,
  attempt: request.attempt,
  at: request.at,
})

async function findRequest(db: Db, scope: RequestScope): Promise<RequestRecord | undefined> {
  const row = await db
    .selectFrom('requests')
    .selectAll()
    .where('key_id', '=', scope.keyId)
    .where('method', '=', scope.method)
    .where('path', '=', scope.path)
    .where('key', '=', scope.key)
    .executeTakeFirst()
  return row && requestFrom(row)
}

const requestFrom = (row: Selectable<Tables['requests']>): RequestRecord => ({
  keyId: row.key_id,
  method: row.method,
  path: row.path,
  key: row.key,
  fingerprint: row.fingerprint,
  status: row.status,
  requestId: row.request_id,
  subjectId: row.subject_id,
  attempt: row.attempt,
  refusal: row.refusal === null ? null : (JSON.parse(row.refusal) as StoredRefusal), // written by answerRow alone
  isNote: row.state !== ANSWERED,
  at: row.at,
})

/** Counts what it is about to remove: of two who forget at once each may count the same ones. */
async function forgetRequests(
  db: Db,
  write: Write,
  { before, limit }: { before: number; limit: number },
): Promise<number> {
  const old = db.selectFrom('requests').select(SCOPE).where('at', '<=', before).orderBy('at').limit(limit)
  const found = await old.execute()
  if (found.length === 0) return 0
  const remove = db
    .deleteFrom('requests')
    .where(eb => eb(eb.refTuple(...SCOPE), 'in', old.$asTuple(...SCOPE)))
  await write([{ query: remove.compile() }])
  return found.length
}
