// The rows of webhooks and of what became of their deliveries.
import { type Kysely, type Selectable, sql } from 'kysely'
import { type Page, type PageRequest, pageOf } from '../ground/page.ts'
import type { Hold, WebhookRecords } from '../webhooks/ports.ts'
import type { Delivery, DeliveryState, Webhook } from '../webhooks/webhook.ts'
import type { Database } from './database.ts'
import { prepared } from './prepared.ts'
import type { Tables } from './tables.ts'
import type { Step } from './write.ts'

type Db = Kysely<Tables>

export const createWebhookRecords = ({ db, read, write }: Omit<Database, 'log'>): WebhookRecords => ({
  ...createHolding({ db, read, write }),
  ...createDeliveries({ db, write }),
  insert: async webhook => {
    await write([{ query: db.insertInto('webhooks').values(rowOf(webhook)).compile() }])
  },
  find: async id => {
    const row = await db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst()
    return row && webhookFrom(row)
  },
  list: async workspaceId => {
    const own = db.selectFrom('webhooks').selectAll().where('workspace_id', '=', workspaceId)
    return (await own.orderBy('ordinal', 'desc').execute()).map(webhookFrom)
  },
  change: async webhook => {
    const { secret, old_secret, old_secret_until, disabled_at, disabled_reason } = rowOf(webhook)
    const { next_at, tries, failing_since } = rowOf(webhook)
    const isEnabled = disabled_at === null ? { next_at, tries, failing_since } : {}
    const changed = { secret, old_secret, old_secret_until, disabled_at, disabled_reason, ...isEnabled }
    await write([{ query: db.updateTable('webhooks').set(changed).where('id', '=', webhook.id).compile() }])
  },
  remove: async id => {
    await write([
      { query: db.deleteFrom('deliveries').where('webhook_id', '=', id).compile() },
      { query: db.deleteFrom('webhooks').where('id', '=', id).compile() },
    ])
  },
})

function createHolding({
  db,
  read,
  write,
}: Omit<Database, 'log'>): Pick<WebhookRecords, 'claim' | 'save' | 'release'> {
  const held = ({ owner }: Hold, id: string) =>
    db.updateTable('webhooks').where('id', '=', id).where('lease_owner', '=', owner)
  const due = prepared(({ now, limit }: { now: number; limit: number }) =>
    db
      .selectFrom('webhooks')
      .select('id')
      .where('disabled_at', 'is', null)
      .where('next_at', '<=', now)
      .where(eb => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
      .where(
        sql<boolean>`exists (select 1 from events where events.workspace_id = webhooks.workspace_id and events.seq > webhooks.sent_seq)`,
      )
      .orderBy('next_at')
      .limit(limit)
      .compile(),
  )
  return {
    claim: async ({ owner, until }, { now, limit }) => {
      const found = (await read(due({ now, limit }))).map(({ id }) => id)
      if (found.length === 0) return []
      const take = db
        .updateTable('webhooks')
        .set({ lease_owner: owner, lease_until: until })
        .where('id', 'in', found)
        .where(eb => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
      await write([{ query: take.compile() }])
      const mine = db
        .selectFrom('webhooks')
        .selectAll()
        .where('id', 'in', found)
        .where('lease_owner', '=', owner)
      return (await mine.execute()).map(webhookFrom)
    },
    save: (hold, webhook, delivery) => {
      const { sent_seq, next_at, tries, failing_since, disabled_at, disabled_reason } = rowOf(webhook)
      const come = { sent_seq, next_at, tries, failing_since, disabled_at, disabled_reason }
      const progress = held(hold, webhook.id).set({ ...come, lease_until: hold.until })
      return write([
        { query: progress.compile(), otherwise: 'stale' },
        ...(delivery === undefined ? [] : [putDelivery(db, delivery)]),
      ])
    },
    release: async (hold, id) => {
      await write([{ query: held(hold, id).set({ lease_owner: null, lease_until: null }).compile() }])
    },
  }
}

function createDeliveries({
  db,
  write,
}: Pick<Database, 'db' | 'write'>): Pick<
  WebhookRecords,
  'deliveries' | 'findDelivery' | 'saveDelivery' | 'forgetDeliveries'
> {
  return {
    deliveries: (webhookId, page) => listDeliveries(db, webhookId, page),
    findDelivery: async id => {
      const row = await db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst()
      return row && deliveryFrom(row)
    },
    saveDelivery: async delivery => {
      await write([putDelivery(db, delivery)])
    },
    forgetDeliveries: async (before, limit) => {
      const old = db.selectFrom('deliveries').select('ordinal').where('last_at', '<=', before)
      const ordinals = (await old.orderBy('last_at').limit(limit).execute()).map(({ ordinal }) => ordinal)
      if (ordinals.length > 0)
        await write([{ query: db.deleteFrom('deliveries').where('ordinal', 'in', ordinals).compile() }])
      return ordinals.length
    },
  }
}

async function listDeliveries(db: Db, webhookId: string, page: PageRequest): Promise<Page<Delivery>> {
  const [after] = page.after ?? []
  let query = db.selectFrom('deliveries').selectAll().where('webhook_id', '=', webhookId)
  if (after !== undefined) query = query.where('ordinal', '<', after)
  const rows = await query
    .orderBy('ordinal', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOf(rows, page.limit, deliveryFrom, row => [row.ordinal])
}

/** A delivery has one row, however often it is tried; of an endpoint that is gone none is kept. */
function putDelivery(db: Db, delivery: Delivery): Step {
  const row = {
    id: delivery.id,
    webhook_id: delivery.webhookId,
    event_id: delivery.eventId,
    seq: delivery.seq,
    type: delivery.type,
    state: delivery.state,
    tries: delivery.tries,
    first_at: delivery.firstAt,
    last_at: delivery.lastAt,
    next_at: delivery.nextAt,
    status: delivery.status,
    error: delivery.error,
  }
  const { id, webhook_id, ...changing } = row
  const put = db.insertInto('deliveries').values(row)
  return { query: put.onConflict(on => on.column('id').doUpdateSet(changing)).compile() }
}

const rowOf = (webhook: Webhook) => ({
  id: webhook.id,
  workspace_id: webhook.workspaceId,
  url: webhook.url,
  types: webhook.types === null ? null : JSON.stringify(webhook.types),
  secret: webhook.secret,
  old_secret: webhook.oldSecret?.secret ?? null,
  old_secret_until: webhook.oldSecret?.until ?? null,
  created_by_key: webhook.createdByKey,
  created_at: webhook.createdAt,
  sent_seq: webhook.sentSeq,
  next_at: webhook.nextAt,
  tries: webhook.tries,
  failing_since: webhook.failingSince,
  disabled_at: webhook.disabled?.at ?? null,
  disabled_reason: webhook.disabled?.reason ?? null,
})

const webhookFrom = (row: Selectable<Tables['webhooks']>): Webhook => ({
  id: row.id,
  workspaceId: row.workspace_id,
  url: row.url,
  types: row.types === null ? null : JSON.parse(row.types), // written by rowOf alone
  secret: row.secret,
  oldSecret:
    row.old_secret === null || row.old_secret_until === null
      ? null
      : { secret: row.old_secret, until: row.old_secret_until },
  createdByKey: row.created_by_key,
  createdAt: row.created_at,
  sentSeq: row.sent_seq,
  nextAt: row.next_at,
  tries: row.tries,
  failingSince: row.failing_since,
  disabled: row.disabled_at === null ? null : { at: row.disabled_at, reason: row.disabled_reason ?? '' },
})

const deliveryFrom = (row: Selectable<Tables['deliveries']>): Delivery => ({
  id: row.id,
  webhookId: row.webhook_id,
  eventId: row.event_id,
  seq: row.seq,
  type: row.type,
  state: row.state as DeliveryState, // written by putDelivery alone
  tries: row.tries,
  firstAt: row.first_at,
  lastAt: row.last_at,
  nextAt: row.next_at,
  status: row.status,
  error: row.error,
})
