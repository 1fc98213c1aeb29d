// Remembered requests: who asked for what under which idempotency key.
import type { Kysely } from 'kysely'
import { REQUEST_TTL_MS, type RequestRecord, type RequestScope } from '../ground/request-record.ts'
import type { Tables } from './tables.ts'
import type { Step } from './write.ts'

/** Claims the idempotency key in the same write as what it made; a taken key undoes the whole write, one from long ago does not count. */
export const rememberRequest = (db: Kysely<Tables>, request: RequestRecord): Step => ({
  query: db
    .insertInto('requests')
    .values({
      key_id: request.keyId,
      method: request.method,
      path: request.path,
      key: request.key,
      ...answerRow(request),
    })
    .onConflict(conflict =>
      conflict
        .columns(['key_id', 'method', 'path', 'key'])
        .doUpdateSet(answerRow(request))
        .where('requests.at', '<=', request.at - REQUEST_TTL_MS),
    )
    .compile(),
  otherwise: 'already_answered',
})

const answerRow = (request: RequestRecord) => ({
  fingerprint: request.fingerprint,
  state: 'answered',
  status: request.status,
  request_id: request.requestId,
  subject_id: request.subjectId,
  attempt: request.attempt,
  at: request.at,
})

export async function findRequest(
  db: Kysely<Tables>,
  scope: RequestScope,
): Promise<RequestRecord | undefined> {
  const row = await db
    .selectFrom('requests')
    .selectAll()
    .where('key_id', '=', scope.keyId)
    .where('method', '=', scope.method)
    .where('path', '=', scope.path)
    .where('key', '=', scope.key)
    .executeTakeFirst()
  return (
    row && {
      ...scope,
      fingerprint: row.fingerprint,
      status: row.status,
      requestId: row.request_id,
      subjectId: row.subject_id,
      attempt: row.attempt,
      at: row.at,
    }
  )
}
