// Remembered requests: who asked for what, under a key of the client's or a note of ours.
import type {
  Expression,
  ExpressionBuilder,
  Insertable,
  Kysely,
  OnConflictDatabase,
  OnConflictTables,
  Selectable,
  SqlBool,
} from 'kysely'
import {
  REQUEST_TTL_MS,
  type RequestRecord,
  type RequestRecords,
  type RequestScope,
  type StoredRefusal,
} from '../ground/request-record.ts'
import type { Database } from './database.ts'
import { prepared } from './prepared.ts'
import type { Read } from './read.ts'
import type { Tables } from './tables.ts'
import type { Step, Write } from './write.ts'

type Db = Kysely<Tables>

const SCOPE = ['key_id', 'method', 'path', 'key'] as const
const ANSWERED = 'answered'
const NOTED = 'noted'
const REPEATED = 'repeated'

export function createRequestRecords({ db, read, write }: Database): RequestRecords {
  const rememberRequest = createRemember(db)
  return {
    findRequest: createFind(db, read),
    saveRequest: async request =>
      (await write([rememberRequest(request)])) === 'saved' ? 'saved' : 'already_answered',
    forgetRequests: (before, limit) => forgetRequests(db, write, { before, limit }),
  }
}

type RequestRow = Insertable<Tables['requests']>
type Remember = (request: RequestRecord) => Step

/**
 * Claims the key in the same write as what it made. A taken key undoes the whole write; one from long ago does not
 * count, and a note takes the place of any before it. A first and its repetition may be under way on two nodes: the one
 * that is written later finds the other's note, and leaves nothing.
 */
export function createRemember(db: Db): Remember {
  const claim = (row: RequestRow) => (mayReplace: (eb: Eb) => Expression<SqlBool>) =>
    db
      .insertInto('requests')
      .values(row)
      .onConflict(conflict => conflict.columns(SCOPE).doUpdateSet(replacement).where(mayReplace))
      .compile()
  const keyed = prepared(({ row, forgottenAt }: { row: RequestRow; forgottenAt: number }) =>
    claim(row)(eb => eb('requests.at', '<=', forgottenAt)),
  )
  const repeated = prepared(({ row, after }: { row: RequestRow; after: string }) =>
    claim(row)(eb => eb('requests.request_id', '=', after)),
  )
  const noted = prepared(({ row, at }: { row: RequestRow; at: number }) =>
    claim(row)(eb => eb.or([eb('requests.state', '!=', REPEATED), eb('requests.at', '<', at)])),
  )
  return request => {
    const row = requestRow(request)
    const { at, isNote, repeats } = request
    const query = () => {
      if (!isNote) return keyed({ row, forgottenAt: at - REQUEST_TTL_MS })
      return repeats === undefined ? noted({ row, at }) : repeated({ row, after: repeats.after ?? NOBODY })
    }
    return { query: query(), otherwise: 'already_answered' }
  }
}

type Eb = ExpressionBuilder<OnConflictDatabase<Tables, 'requests'>, OnConflictTables<'requests'>>

/** Everything but the scope, which is the same. */
const replacement = ({ ref }: Eb) => ({
  fingerprint: ref('excluded.fingerprint'),
  state: ref('excluded.state'),
  status: ref('excluded.status'),
  refusal: ref('excluded.refusal'),
  request_id: ref('excluded.request_id'),
  subject_id: ref('excluded.subject_id'),
  attempt: ref('excluded.attempt'),
  at: ref('excluded.at'),
})

/** No request's id. */
const NOBODY = ''

const stateOf = ({ isNote, repeats }: RequestRecord): string => {
  if (!isNote) return ANSWERED
  return repeats === undefined ? NOTED : REPEATED
}

const requestRow = (request: RequestRecord): RequestRow => ({
  key_id: request.keyId,
  method: request.method,
  path: request.path,
  key: request.key,
  fingerprint: request.fingerprint,
  state: stateOf(request),
  status: request.status,
  refusal: request.refusal === null ? null : JSON.stringify(request.refusal),
  request_id: request.requestId,
  subject_id: request.subjectId,
  attempt: request.attempt,
  at: request.at,
})

function createFind(db: Db, read: Read): RequestRecords['findRequest'] {
  const inScope = prepared(({ keyId, method, path, key }: RequestScope) =>
    db
      .selectFrom('requests')
      .selectAll()
      .where('key_id', '=', keyId)
      .where('method', '=', method)
      .where('path', '=', path)
      .where('key', '=', key)
      .compile(),
  )
  return async ({ keyId, method, path, key }) => {
    const [row] = await read(inScope({ keyId, method, path, key }))
    return row && requestFrom(row)
  }
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
  refusal: row.refusal === null ? null : (JSON.parse(row.refusal) as StoredRefusal), // written by requestRow alone
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
