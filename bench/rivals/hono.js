// Uploads by hono, which holds a form in memory; unchecked, unhashed, unsynced.
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { FOLDER, say } from './say.js'

const app = new Hono()
app.post('/', async context => {
  const { file } = await context.req.parseBody()
  await writeFile(path.join(FOLDER, randomUUID()), Buffer.from(await file.arrayBuffer()))
  return context.json({ ok: true })
})
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => say(server))
