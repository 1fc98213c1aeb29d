// Delivery by @fastify/static from a folder.
import staticFiles from '@fastify/static'
import fastify from 'fastify'
import { FOLDER, say } from './say.js'

const app = fastify()
await app.register(staticFiles, { root: FOLDER })
await app.listen({ port: 0, host: '127.0.0.1' })
say(app.server)
