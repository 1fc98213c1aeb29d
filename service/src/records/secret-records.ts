// The rows of signing keys, and the texts that other rows hold sealed.
import { type Kysely, type Selectable, sql } from 'kysely'
import type { SealedText, SecretRecords, StoredSecret } from '../secrets/ports.ts'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'
import type { Step } from './write.ts'

type Db = Kysely<Tables>

const PAGE = 500

export const createSecretRecords = ({ db, write }: Pick<Database, 'db' | 'write'>): SecretRecords => ({
  list: async () => {
    const all = db.selectFrom('secrets').selectAll().orderBy('created_at').orderBy('kid')
    return (await all.execute()).map(secretFrom)
  },
  rotate: async ({ fresh, retired }) => {
    await write([...retired.map(secret => retire(db, secret)), ...fresh.map(secret => insert(db, secret))])
  },
  ofWebhooks: () => sealedOfWebhooks(db),
  reseal: (text, sealed) => write([reseal(db, text, sealed)]),
  forget: async (before, limit) => {
    const ended = db
      .selectFrom('secrets')
      .select('kid')
      .where('sealed', '<>', '')
      .where('retired_at', '<=', before)
    const kids = (await ended.limit(limit).execute()).map(({ kid }) => kid)
    if (kids.length > 0)
      await write([
        { query: db.updateTable('secrets').set({ sealed: '' }).where('kid', 'in', kids).compile() },
      ])
    return kids.length
  },
})

const insert = (db: Db, secret: StoredSecret): Step => ({
  query: db.insertInto('secrets').values(rowOf(secret)).compile(),
})

/** A key that a master gives has no row before. */
const retire = (db: Db, secret: StoredSecret): Step => ({
  query: db
    .insertInto('secrets')
    .values(rowOf(secret))
    .onConflict(on =>
      on
        .column('kid')
        .doUpdateSet({ retired_at: secret.retiredAt })
        .where(eb =>
          eb.or([
            eb('secrets.retired_at', 'is', null),
            eb('secrets.retired_at', '>', sql<number>`excluded.retired_at`),
          ]),
        ),
    )
    .compile(),
})

async function* sealedOfWebhooks(db: Db): AsyncGenerator<SealedText[]> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('webhooks')
      .select(['ordinal', 'id', 'secret', 'old_secret'])
      .where('ordinal', '>', after)
      .orderBy('ordinal')
      .limit(PAGE)
      .execute()
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.flatMap(textsOf)
    after = last.ordinal
  }
}

const textsOf = (row: { id: string; secret: string; old_secret: string | null }): SealedText[] => [
  { place: { table: 'webhooks', id: row.id, column: 'secret' }, sealed: row.secret },
  ...(row.old_secret === null
    ? []
    : [
        {
          place: { table: 'webhooks', id: row.id, column: 'old_secret' },
          sealed: row.old_secret,
        } satisfies SealedText,
      ]),
]

function reseal(db: Db, { place, sealed: before }: SealedText, sealed: string): Step {
  if (place.table === 'secrets') {
    const own = db.updateTable('secrets').set({ sealed }).where('kid', '=', place.id)
    return { query: own.where('sealed', '=', before).compile(), otherwise: 'stale' }
  }
  const { id, column } = place
  const own = db
    .updateTable('webhooks')
    .set({ [column]: sealed })
    .where('id', '=', id)
  return { query: own.where(column, '=', before).compile(), otherwise: 'stale' }
}

const rowOf = ({ kid, purpose, sealed, createdAt, retiredAt }: StoredSecret) => ({
  kid,
  purpose,
  sealed,
  created_at: createdAt,
  retired_at: retiredAt,
})

const secretFrom = (row: Selectable<Tables['secrets']>): StoredSecret => ({
  kid: row.kid,
  purpose: row.purpose,
  sealed: row.sealed,
  createdAt: row.created_at,
  retiredAt: row.retired_at,
})
