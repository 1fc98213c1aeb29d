// The ceiling of the API: Fastify with nothing but its row in SQLite, as durable as ours, and a picture's bare decode.
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fastify from 'fastify'
import sharp from 'sharp'
import { FOLDER, say } from './say.ts'

const database = new DatabaseSync(path.join(FOLDER, 'rows.db'))
database.exec('pragma journal_mode = wal; pragma synchronous = full')
database.exec(
  'create table rows (ordinal integer primary key, id text unique, workspace text, name text, folder text, type text, status text, size integer, made integer)',
)
database.exec('create index rows_of_workspace on rows (workspace, ordinal)')
const insert = database.prepare(
  "insert into rows (id, workspace, name, folder, type, status, size, made) values (?, 'w', ?, 'bench', 'image/png', 'ready', 16384, ?)",
)
const one = database.prepare('select * from rows where id = ?')
const newest = database.prepare('select * from rows where workspace = ? order by ordinal desc limit ?')

interface Waiting {
  id: string
  name: string
  resolve: () => void
}

let waiting: Waiting[] = []

/** All inserts of one turn of the event loop share a transaction, and its sync. */
function commit(): void {
  const group = waiting
  waiting = []
  database.exec('begin immediate')
  for (const { id, name } of group) insert.run(id, name, Date.now())
  database.exec('commit')
  for (const { resolve } of group) resolve()
}

function insertGrouped(name: string): Promise<string> {
  const id = randomUUID()
  return new Promise(resolve => {
    if (waiting.length === 0) setImmediate(commit)
    waiting.push({ id, name, resolve: () => resolve(id) })
  })
}

const app = fastify()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.get<{ Params: { id: string } }>('/assets/:id', async ({ params }) => one.get(params.id))
app.get<{ Querystring: { limit: string } }>('/assets', async ({ query }) => ({
  assets: newest.all('w', Number(query.limit)),
}))
app.post<{ Body: { name: string } }>('/assets', async ({ body }) => ({ id: await insertGrouped(body.name) }))
app.post<{ Body: Buffer }>('/pictures', async ({ body }) => {
  await sharp(body, { failOn: 'warning' }).raw().toBuffer()
  return { id: await insertGrouped('picture') }
})
await app.listen({ port: 0, host: '127.0.0.1' })
say(app.server)
