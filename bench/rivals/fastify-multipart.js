// Uploads by @fastify/multipart, streamed to a file as its documentation shows; unchecked, unhashed, unsynced.
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import multipart from '@fastify/multipart'
import fastify from 'fastify'
import { FOLDER, say } from './say.js'

const app = fastify()
await app.register(multipart, { limits: { fileSize: Number.POSITIVE_INFINITY } })
app.post('/', async request => {
  const { file } = await request.file()
  await pipeline(file, createWriteStream(path.join(FOLDER, randomUUID())))
  return { ok: true }
})
await app.listen({ port: 0, host: '127.0.0.1' })
say(app.server)
