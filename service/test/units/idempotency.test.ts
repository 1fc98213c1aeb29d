// Idempotency keys at the door: which two requests are one, over real rows and a real server.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { randomIds } from '../../src/ground/ids.ts'
import { answered } from '../../src/ground/request-record.ts'
import { answerError } from '../../src/http/errors.ts'
import { createFlights } from '../../src/http/flights.ts'
import { idempotently } from '../../src/http/idempotency.ts'
import type { Records } from '../../src/records/records.ts'
import { openSqlite } from '../../src/records/sqlite/open-sqlite.ts'
import { callerOf, projectOf } from '../support/specimens.ts'
import { createTestClock } from '../support/test-clock.ts'
import { addWorkspace } from '../support/use-records.ts'

const clock = createTestClock()
const DAY_MS = 86_400_000
let folder = ''
let records: Records
let app: FastifyInstance
let workspaceId = ''
let key = ''

/** A route whose work is to make a project, unless its meaning says that it fails. */
function makeProjects(): FastifyInstance {
  const flights = createFlights()
  const server = fastify({ genReqId: () => randomIds.id('req') })
  server.setErrorHandler(answerError)
  server.decorateRequest('actor')
  server.addHook('onRequest', async request => {
    request.actor = callerOf(workspaceId, { keyId: String(request.headers['x-key'] ?? 'key_gardener') })
  })
  for (const url of ['/things', '/others'])
    server.post<{ Body: { meaning: unknown; idempotency_key?: string } }>(url, (request, reply) => {
      const { meaning, idempotency_key: bodyKey } = request.body
      reply.code(201)
      const ports = { ...records, clock, flights }
      return idempotently(
        ports,
        { request, reply },
        {
          subject: 'project',
          status: 201,
          bodyKey,
          meaning,
          isNoted: false,
          run: async claim => {
            if (meaning === 'fail') throw new Error('this work fails')
            const project = projectOf(workspaceId)
            const outcome = await records.projects.insert(project, answered(claim, project.id))
            return outcome === 'saved' ? { id: project.id, requestId: request.id } : undefined
          },
          replay: async record => ({ id: record.subjectId, requestId: record.requestId }),
        },
      )
    })
  return server
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-idempotency-'))
  records = await openSqlite(folder)
  workspaceId = (await addWorkspace(records)).id
  app = makeProjects()
})
beforeEach(() => {
  key = randomIds.token()
})
afterAll(async () => {
  await app.close()
  await records.close()
  await rm(folder, { recursive: true })
})

const post = async (
  meaning: unknown,
  over: { url?: string; headers?: InjectOptions['headers']; bodyKey?: string } = {},
) => {
  const response = await app.inject({
    method: 'POST',
    url: over.url ?? '/things',
    headers: { 'idempotency-key': key, ...over.headers },
    payload: { meaning, ...(over.bodyKey === undefined ? {} : { idempotency_key: over.bodyKey }) },
  })
  return {
    status: response.statusCode,
    id: response.json().id as string | undefined,
    requestId: response.json().requestId as string | undefined,
    code: response.json().error?.code as string | undefined,
    isReplayed: response.headers['idempotent-replayed'] === 'true',
    headerId: response.headers['request-id'],
  }
}

describe('A request that is sent twice', () => {
  it('is answered twice with what the first one made, under the first one’s request-id', async () => {
    const first = await post({ name: 'fern' })
    const second = await post({ name: 'fern' })
    expect(first).toMatchObject({ status: 201, isReplayed: false })
    expect(second).toMatchObject({ status: 201, isReplayed: true, id: first.id, headerId: first.requestId })
  })

  it('without a key makes two things', async () => {
    const none = { headers: { 'idempotency-key': '' } }
    const [first, second] = [await post('same', none), await post('same', none)]
    expect(first.id).not.toBe(second.id)
    expect([first.isReplayed, second.isReplayed]).toEqual([false, false])
  })

  it('twenty times at once makes one thing', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('same')))
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
    expect(answers.filter(({ isReplayed }) => !isReplayed)).toHaveLength(1)
    expect(answers.every(({ status }) => status === 201)).toBe(true)
  })

  it('is another request after a day', async () => {
    const first = await post('one meaning')
    clock.advance(DAY_MS - 60_000)
    expect(await post('one meaning')).toMatchObject({ isReplayed: true, id: first.id })
    clock.advance(60_000)
    const later = await post('another meaning')
    expect(later).toMatchObject({ status: 201, isReplayed: false })
    expect(await post('another meaning')).toMatchObject({ isReplayed: true, id: later.id })
  })

  it('is not remembered when its work failed', async () => {
    expect((await post('fail')).status).toBe(500)
    expect(await post('now it works')).toMatchObject({ status: 201, isReplayed: false })
  })
})

describe('Two bodies mean the same', () => {
  it.each([
    ['in another order', { a: 1, b: { c: [1, 2], d: 'x' } }, { b: { d: 'x', c: [1, 2] }, a: 1 }],
    ['with numeric names in another order', { '10': 1, '9': 2, a: 3 }, { a: 3, '9': 2, '10': 1 }],
    ['in lists of things in another order', [{ a: 1, b: 2 }], [{ b: 2, a: 1 }]],
  ])('%s', async (_, one, other) => {
    const first = await post(one)
    expect(await post(other)).toMatchObject({ isReplayed: true, id: first.id })
  })
})

describe('Two bodies do not mean the same', () => {
  it.each([
    ['when a value differs', { a: 1 }, { a: 2 }],
    ['when a type differs', { a: 1 }, { a: '1' }],
    ['when a name differs', { a: 1 }, { b: 1 }],
    ['when one says more', { a: 1 }, { a: 1, b: null }],
    ['when a list has another order', { a: [1, 2] }, { a: [2, 1] }],
    ['when something deep differs', { a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 2 }] } }],
    ['when names and values are cut elsewhere', { a: 'b","c":"d' }, { a: 'b', c: 'd' }],
    ['when one is a list of the other', [{ a: 1 }], { a: 1 }],
  ])('%s', async (_, one, other) => {
    const first = await post(one)
    expect(await post(other)).toMatchObject({ status: 422, code: 'idempotency_conflict' })
    expect(await post(one)).toMatchObject({ isReplayed: true, id: first.id })
  })
})

describe('An idempotency key', () => {
  it('belongs to one API key and one path', async () => {
    const first = await post('same')
    const others = [
      await post('same', { url: '/others' }),
      await post('same', { headers: { 'x-key': 'key_other' } }),
    ]
    for (const other of others) expect(other).toMatchObject({ status: 201, isReplayed: false })
    expect(new Set([first, ...others].map(({ id }) => id)).size).toBe(3)
  })

  it('does not care for the query string', async () => {
    const first = await post('same')
    expect(await post('same', { url: '/things?a=b' })).toMatchObject({ isReplayed: true, id: first.id })
  })

  it('may stand in the header, in the body, or alike in both', async () => {
    const first = await post('same')
    const inBody = { headers: { 'idempotency-key': '' }, bodyKey: key }
    expect(await post('same', inBody)).toMatchObject({ isReplayed: true, id: first.id })
    expect(await post('same', { bodyKey: key })).toMatchObject({ isReplayed: true, id: first.id })
    const differing = await post('same', { bodyKey: `${key}x` })
    expect(differing).toMatchObject({ status: 400, code: 'input_validation_error' })
  })

  it.each(['two words', 'é', 'x'.repeat(256), 'tab\there'])('is not %j', async bad => {
    const answer = await post('same', { headers: { 'idempotency-key': bad } })
    expect(answer).toMatchObject({ status: 400, code: 'input_validation_error' })
  })

  it('may have any visible ASCII characters, up to 255', async () => {
    for (const good of ['!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', 'x'.repeat(255)]) {
      const first = await post('same', { headers: { 'idempotency-key': good } })
      expect(first.status).toBe(201)
      expect(await post('same', { headers: { 'idempotency-key': good } })).toMatchObject({ id: first.id })
    }
  })
})
