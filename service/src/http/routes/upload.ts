// The upload door: POST a form, PUT raw bytes, or speak tus; the ticket in the path is the credential.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Transport } from '../../assets/attempt.ts'
import { receive, refuse } from '../../assets/receive.ts'
import { tooLarge } from '../../ground/errors.ts'
import type { App } from '../app.ts'
import { allowAllOrigins } from '../cors.ts'
import type { Deps } from '../deps.ts'
import { fileBytes } from '../form-file.ts'
import { notingOwner } from '../owner.ts'
import { requestBytes } from '../request-bytes.ts'
import * as schemas from '../schemas.ts'
import { answerTus } from '../tus/answer.ts'
import { speaksTus, TUS_EXPOSED, tusAbilities } from '../tus/protocol.ts'
import { ticketOf } from '../upload-ticket.ts'

/** What a form may add around its file. */
const FORM_OVERHEAD_BYTES = 1024 * 1024

const documented = (summary: string, description: string, response: Record<string, z.ZodType>) => ({
  tags: ['uploads'],
  summary,
  description,
  security: [],
  params: z.object({ ticket: z.string().meta({ description: 'From upload_url; do not take it apart' }) }),
  response,
})

const whole = {
  204: z.null().meta({ description: 'The bytes are stored durably' }),
  ...schemas.errors(400, 402, 403, 409, 413),
}
const postSchema = documented(
  'Upload a file as a form, or begin a resumable upload',
  'multipart/form-data with the file under `file`. Name and type are those of the reservation and of the bytes, never of the part. No API key is needed or read. With the header `Tus-Resumable` it is the creation of a tus upload: `Upload-Length`, or `Upload-Defer-Length: 1`, starts at the first byte, and `Location` is the same URL.',
  {
    ...whole,
    201: z.null().meta({ description: 'The resumable upload has begun' }),
    ...schemas.errors(412, 415, 460),
  },
)
const putSchema = documented(
  'Upload a file as raw bytes',
  'The body is the file. No API key is needed or read.',
  whole,
)
const headSchema = documented(
  'Ask how far a resumable upload has come',
  'tus 1.0.0: `Upload-Offset` bytes are stored durably, of `Upload-Length`. An older connection that is still sending is stopped.',
  { 200: z.null().meta({ description: 'In the headers' }), ...schemas.errors(403, 412) },
)
const patchSchema = documented(
  'Go on with a resumable upload',
  'tus 1.0.0: bytes from `Upload-Offset` on, as `application/offset+octet-stream`. What arrived before a connection broke is kept; with `Upload-Checksum` all of the request counts, or nothing. Each accepted request extends the expiry.',
  {
    204: z.null().meta({ description: 'The bytes are stored durably; `Upload-Offset` says how many in all' }),
    ...schemas.errors(400, 402, 403, 409, 412, 413, 415, 460),
  },
)
const deleteSchema = documented(
  'Give a resumable upload up',
  'tus 1.0.0: its bytes are removed and the ticket is dead. The asset can be retried.',
  { 204: z.null().meta({ description: 'Nothing is left of it' }), ...schemas.errors(403, 409, 412) },
)

interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
}

export function upload(app: App, deps: Deps): void {
  allowAllOrigins(app, '/uploads/:ticket', {
    methods: 'POST, PUT, HEAD, PATCH, DELETE, OPTIONS',
    exposed: `request-id, retry-after, x-should-retry, ${TUS_EXPOSED}`,
    abilities: tusAbilities(deps.policy.maxBytes),
  })
  app.decorateRequest('uploading', undefined)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  const tus = (request: FastifyRequest, reply: FastifyReply) =>
    answerTus(notingOwner(deps, request), { request, reply })
  app.post('/uploads/:ticket', { schema: postSchema }, (request, reply) =>
    speaksTus(request) ? tus(request, reply) : accept(deps, { request, reply }, formIn(request)),
  )
  app.put('/uploads/:ticket', { schema: putSchema }, (request, reply) =>
    accept(deps, { request, reply }, { transport: 'put', overheadBytes: 0, bytes: requestBytes(request) }),
  )
  app.head('/uploads/:ticket', { schema: headSchema }, tus)
  app.patch('/uploads/:ticket', { schema: patchSchema }, tus)
  app.delete('/uploads/:ticket', { schema: deleteSchema }, tus)
}

/** As much as a client sends without waiting, about. */
const BRIEF_BYTES = 64 * 1024

interface Body {
  transport: Transport
  /** What the request may have beside the file. */
  overheadBytes: number
  bytes: AsyncIterable<Uint8Array>
}

const formIn = (request: FastifyRequest): Body => ({
  transport: 'post',
  overheadBytes: FORM_OVERHEAD_BYTES,
  bytes: fileBytes(request.headers['content-type'], requestBytes(request)),
})

async function accept(ports: Deps, { request, reply }: Exchange, body: Body): Promise<FastifyReply> {
  const deps = notingOwner(ports, request)
  const ticket = await ticketOf(deps, request)
  const announced = Number(request.headers['content-length'] ?? Number.NaN)
  const { transport, bytes } = body
  if (announced > ticket.maxBytes + body.overheadBytes)
    return refuse(deps, { ticket, transport }, tooLarge(ticket.maxBytes))
  await receive(deps, { ticket, transport, isBrief: announced <= BRIEF_BYTES, bytes })
  return reply.code(204).send()
}
