// The upload door: POST a form or PUT raw bytes; the ticket in the path is the credential.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Transport } from '../../assets/attempt.ts'
import { receive } from '../../assets/receive.ts'
import { readTicket } from '../../assets/ticket.ts'
import { deadTicket, tooLarge } from '../../ground/errors.ts'
import type { App } from '../app.ts'
import { allowAllOrigins } from '../cors.ts'
import type { Deps } from '../deps.ts'
import { fileBytes } from '../form-file.ts'
import { requestBytes } from '../request-bytes.ts'
import * as schemas from '../schemas.ts'

/** What a form may add around its file. */
const FORM_OVERHEAD_BYTES = 1024 * 1024

const documented = (summary: string, description: string) => ({
  tags: ['uploads'],
  summary,
  description,
  security: [],
  params: z.object({ ticket: z.string().meta({ description: 'From upload.url; do not take it apart' }) }),
  response: {
    204: z.null().meta({ description: 'The bytes are stored durably' }),
    ...schemas.errors(400, 402, 403, 409, 413),
  },
})

const postSchema = documented(
  'Upload a file as a form',
  'multipart/form-data with the file under `file`. Name and type are those of the reservation and of the bytes, never of the part. No API key is needed or read.',
)
const putSchema = documented(
  'Upload a file as raw bytes',
  'The body is the file. No API key is needed or read.',
)

export function upload(app: App, deps: Deps): void {
  allowAllOrigins(app, '/uploads/:ticket', {
    methods: 'POST, PUT, OPTIONS',
    exposed: 'request-id, retry-after, x-should-retry',
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.post('/uploads/:ticket', { schema: postSchema }, (request, reply) =>
    accept(
      deps,
      { request, reply },
      {
        transport: 'post',
        overheadBytes: FORM_OVERHEAD_BYTES,
        bytes: fileBytes(request.headers['content-type'], requestBytes(request)),
      },
    ),
  )
  app.put('/uploads/:ticket', { schema: putSchema }, (request, reply) =>
    accept(deps, { request, reply }, { transport: 'put', overheadBytes: 0, bytes: requestBytes(request) }),
  )
}

async function accept(
  deps: Deps,
  http: { request: FastifyRequest; reply: FastifyReply },
  body: { transport: Transport; overheadBytes: number; bytes: AsyncIterable<Uint8Array> },
): Promise<FastifyReply> {
  const { ticket: text } = http.request.params as z.output<typeof putSchema.params> // by the route's schema
  const ticket = readTicket(deps.signing.tickets, text)
  if (ticket === undefined) throw deadTicket('This upload URL is not one of ours, or is incomplete.')
  const announced = Number(http.request.headers['content-length'] ?? 0)
  if (announced > ticket.maxBytes + body.overheadBytes) throw tooLarge(ticket.maxBytes)
  await receive(deps, { ticket, transport: body.transport, bytes: body.bytes })
  return http.reply.code(204).send()
}
