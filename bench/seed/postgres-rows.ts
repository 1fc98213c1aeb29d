// Rows of an installation on a PostgreSQL of this machine, added from files that its server reads.
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { type AssetRows, type Row, TABLES, withoutOrdinal } from './rows.ts'
import type { Rows } from './seed.ts'

const BATCH = 20_000

export const postgresRows = (url: string): Rows => ({
  environment: { DATABASE_URL: url, SECRET_KEY: randomBytes(32).toString('hex') },
  read: () =>
    withClient(url, async client => {
      const all = async (sql: string, ...values: string[]): Promise<Row[]> =>
        (await client.query<Row>(sql, values)).rows
      const assets: AssetRows[] = []
      for (const asset of await all('select * from assets order by ordinal'))
        assets.push({
          assets: [withoutOrdinal(asset)],
          attempts: await all('select * from attempts where asset_id = $1', String(asset.id)),
          events: (
            await all('select * from events where asset_id = $1 order by ordinal', String(asset.id))
          ).map(withoutOrdinal),
        })
      return assets
    }),
  add: (_folder, workspaceId, assets) =>
    withClient(url, async client => {
      // What refers to what is right by the way it was made, and is not looked up a million times.
      await client.query('set synchronous_commit = off; set session_replication_role = replica')
      await indexingAfterwards(client, () => insertBatches(client, assets))
      await client.query(
        `update counters set (assets, bytes) = (select count(*), sum(size_bytes) from assets where workspace_id = $1)
        where workspace_id = $1`,
        [workspaceId],
      )
      // As autovacuum leaves it some minutes after, so that nothing is measured while it runs.
      await client.query('vacuum (analyze)')
      await client.query('checkpoint')
    }),
})

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

/** An index that is made at once costs a fraction of one that grows row by row. */
async function indexingAfterwards(client: pg.Client, insert: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes
    where schemaname = current_schema() and tablename = any($1)
      and not exists (select 1 from pg_constraint where conname = indexname)`,
    [TABLES],
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  await insert()
  await client.query("set maintenance_work_mem = '512MB'")
  for (const { definition } of rows) await client.query(definition)
}

async function insertBatches(client: pg.Client, assets: Iterable<AssetRows>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-rows-'))
  await chmod(folder, 0o755) // the server may run as another user
  try {
    for (const batch of batches(assets))
      for (const table of TABLES) {
        const file = path.join(folder, table)
        await copyFrom(
          client,
          { table, file },
          batch.flatMap(rows => rows[table]),
        )
      }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function* batches(assets: Iterable<AssetRows>): Generator<AssetRows[]> {
  let batch: AssetRows[] = []
  for (const rows of assets) {
    batch.push(rows)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  yield batch
}

async function copyFrom(
  client: pg.Client,
  { table, file }: { table: string; file: string },
  rows: Row[],
): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const lines = rows.map(row => Object.values(row).map(inCsv).join(','))
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o644 })
  await client.query(`copy ${table} (${Object.keys(first).join(', ')}) from '${file}' (format csv)`)
}

/** What is null stands without quotes, and nothing else does. */
const inCsv = (value: Row[string]): string =>
  value === null ? '' : `"${String(value).replaceAll('"', '""')}"`
