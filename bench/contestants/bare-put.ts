// The floor of uploads: what Node does by itself with a request's bytes, unchecked, unhashed, unsynced.
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { FOLDER, say } from './say.ts'

const server = createServer(async (request, response) => {
  await pipeline(request, createWriteStream(path.join(FOLDER, randomUUID())))
  response.end('{"ok":true}')
})
server.listen(0, '127.0.0.1', () => say(server))
