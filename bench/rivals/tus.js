// Uploads by @tus/server to a folder, each in one request that creates and fills it; unchecked, unhashed, unsynced.
import { createServer } from 'node:http'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import { FOLDER, say } from './say.js'

const tus = new Server({ path: '/', datastore: new FileStore({ directory: FOLDER }) })
const server = createServer(tus.handle.bind(tus))
server.listen(0, '127.0.0.1', () => say(server))
