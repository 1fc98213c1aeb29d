// Nothing that opens anything may lie or be told where others read it: no key, ticket, token, signature or plain secret.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Claims and the MAC behind them, as every signed text of ours ends. */
const SIGNED = String.raw`[0-9a-f]{8}\.[\w-]+\.[\w-]{43}(?![\w-])`

const SECRETS = {
  'an API key': /sk_(live|test)_[\w-]{43}(?![\w-])/,
  'an upload token': new RegExp(`ut_v1\\.${SIGNED}`),
  'a ticket': new RegExp(`\\bv1\\.${SIGNED}`),
  'the signature of a media URL': /signature=[0-9a-f]{8}\.[\w-]{43}(?![\w-])/,
  "a webhook's secret": /whsec_[\w-]{16,}/,
  'a signature of S3': /X-Amz-Signature=[0-9a-f]{64}/,
}

/** Throws, and names the place, where a text holds any; the secret itself is not said again. */
export function mustHoldNoSecret(place: string, text: string): void {
  for (const [kind, pattern] of Object.entries(SECRETS))
    if (pattern.test(text)) throw new Error(`${place} holds ${kind}`)
}

type Row = Record<string, unknown>

/** Throws where a text in any column of these rows holds one. */
export function rowsMustHoldNoSecret(table: string, rows: Iterable<Row>): void {
  for (const row of rows)
    for (const [column, value] of Object.entries(row))
      if (typeof value === 'string') mustHoldNoSecret(`${table}.${column}`, value)
}

/** Of a data folder whose rows are in a SQLite file; of any other nothing is said. */
export function folderMustHoldNoSecret(dataDir: string): void {
  const file = path.join(dataDir, 'herbarium.db')
  if (!existsSync(file)) return
  const database = new DatabaseSync(file)
  try {
    const tables = database.prepare("select name from sqlite_schema where type = 'table'").all()
    for (const { name } of tables)
      rowsMustHoldNoSecret(String(name), database.prepare(`select * from "${name}"`).iterate())
  } finally {
    database.close()
  }
}
