// Uploads by formidable to a folder; unchecked, unhashed, unsynced.
import { createServer } from 'node:http'
import formidable from 'formidable'
import { FOLDER, say } from './say.js'

const server = createServer(async (request, response) => {
  await formidable({ uploadDir: FOLDER, maxFileSize: Number.MAX_SAFE_INTEGER }).parse(request)
  response.end('{"ok":true}')
})
server.listen(0, '127.0.0.1', () => say(server))
