// Requests with one key while the first of them is under way, over real rows and a real server.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  conflict,
  invalidField,
  invalidKey,
  notFound,
  overQuota,
  tooManyPending,
  unavailable,
} from '../../src/ground/errors.ts'
import { randomIds } from '../../src/ground/ids.ts'
import { answered, type RequestClaim } from '../../src/ground/request-record.ts'
import { answerError } from '../../src/http/errors.ts'
import { createFlights } from '../../src/http/flights.ts'
import { idempotently } from '../../src/http/idempotency.ts'
import type { Records } from '../../src/records/records.ts'
import { openSqlite } from '../../src/records/sqlite/open-sqlite.ts'
import { callerOf } from '../support/specimens.ts'
import { createTestClock } from '../support/test-clock.ts'

interface Running {
  requestId: string
  finish(): void
  fail(error: Error): void
}

const clock = createTestClock()
/** Waits that have begun; a test ends them when their time is to be over. */
const waits: (() => void)[] = []
const heldClock = {
  now: clock.now,
  delay: (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      waits.push(() => {
        clock.advance(ms)
        resolve()
      })
      signal?.addEventListener('abort', reject)
    }),
}

let folder = ''
let records: Records
let app: FastifyInstance
let key = ''
let running: Running[] = []

/** Work that goes on until the test ends it; it is remembered after it, like that of complete. */
async function work(requestId: string, claim: RequestClaim | undefined) {
  const done = Promise.withResolvers<void>()
  running.push({ requestId, finish: () => done.resolve(), fail: error => done.reject(error) })
  await done.promise
  const record = answered(claim, requestId)
  if (record !== undefined && (await records.saveRequest(record)) !== 'saved') return undefined
  return { madeBy: requestId }
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-flights-'))
  records = await openSqlite(folder)
  app = serverOf()
})
beforeEach(() => {
  key = randomIds.token()
  running = []
  waits.length = 0
})
afterAll(async () => {
  await app.close()
  await records.close()
  await rm(folder, { recursive: true })
})

/** Another one over the same rows is another process. */
function serverOf(): FastifyInstance {
  const flights = createFlights()
  const server = fastify({ genReqId: () => randomIds.id('req') })
  server.setErrorHandler(answerError)
  server.decorateRequest('actor')
  server.addHook('onRequest', async request => {
    request.actor = callerOf('ws_garden')
  })
  server.post<{ Body: { meaning: string; isNoted?: boolean } }>('/things', (request, reply) =>
    idempotently(
      { ...records, clock: heldClock, flights },
      { request, reply },
      {
        subject: 'asset',
        status: 200,
        bodyKey: undefined,
        meaning: request.body.meaning,
        isNoted: request.body.isNoted ?? false,
        run: claim => work(request.id, claim),
        replay: async record => ({ madeBy: record.subjectId ?? '' }),
      },
    ),
  )
  return server
}

interface Over {
  meaning?: string
  server?: FastifyInstance
  /** Without a key; the count of repetitions. */
  repeats?: number
}

async function post({ meaning = 'same', server = app, repeats }: Over = {}) {
  const response = await server.inject({
    method: 'POST',
    url: '/things',
    headers: repeats === undefined ? { 'idempotency-key': key } : { 'x-stainless-retry-count': repeats },
    payload: { meaning, isNoted: repeats !== undefined },
  })
  return {
    status: response.statusCode,
    madeBy: response.json().madeBy as string | undefined,
    code: response.json().error?.code as string | undefined,
    isReplayed: response.headers['idempotent-replayed'] === 'true',
    requestId: response.headers['request-id'],
    retryAfter: response.headers['retry-after'],
  }
}

const begun = (count: number) => expect.poll(() => running.length).toBe(count)
const remembered = () =>
  expect
    .poll(() => records.findRequest({ keyId: 'key_gardener', method: 'POST', path: '/things', key }))
    .toBeDefined()
const waiting = (count: number) => expect.poll(() => waits.length).toBe(count)

test('one works and the others wait for it, and are answered with what it made', async () => {
  const first = post()
  await begun(1)
  const others = Array.from({ length: 19 }, () => post())
  await waiting(19)
  running[0]?.finish()
  expect(await first).toMatchObject({ status: 200, isReplayed: false })
  for (const other of await Promise.all(others))
    expect(other).toMatchObject({ status: 200, isReplayed: true, madeBy: running[0]?.requestId })
  expect(running).toHaveLength(1)
})

test('another body is a conflict at once, while the first is still under way', async () => {
  const first = post()
  await begun(1)
  expect(await post({ meaning: 'other' })).toMatchObject({ status: 422, code: 'idempotency_conflict' })
  running[0]?.finish()
  expect(await first).toMatchObject({ status: 200 })
  expect(await post({ meaning: 'other' })).toMatchObject({ status: 422 })
})

test.each([
  ['503', unavailable(undefined), 503],
  ['500', new Error('a fault of ours'), 500],
  ['429', tooManyPending(3), 429],
  ['401', invalidKey(), 401],
  ['409 that can heal', conflict('busy', true), 409],
])(
  'a first that ends with %s leaves nothing: the next one works, the rest are answered with that',
  async (_what, error, status) => {
    const first = post()
    await begun(1)
    const others = Array.from({ length: 3 }, () => post())
    await waiting(3)
    running[0]?.fail(error)
    expect(await first).toMatchObject({ status, isReplayed: false })
    await begun(2)
    running[1]?.finish()
    const answers = await Promise.all(others)
    expect(answers.map(({ madeBy }) => madeBy)).toEqual(Array(3).fill(running[1]?.requestId))
    expect(answers.filter(({ isReplayed }) => !isReplayed)).toHaveLength(1)
    expect(running).toHaveLength(2)
  },
)

test.each([
  ['400', invalidField('folder', 'is no folder'), 400],
  ['402', overQuota(), 402],
  ['404', notFound('asset'), 404],
  ['409 that cannot heal', conflict('over', false), 409],
])('a first that is refused with %s is an answer: the others hear it too', async (_what, error, status) => {
  const first = post()
  await begun(1)
  const other = post()
  await waiting(1)
  running[0]?.fail(error)
  const { requestId: _, ...refused } = await first
  expect(refused).toMatchObject({ status, isReplayed: false })
  expect(await other).toMatchObject({ ...refused, isReplayed: true })
  expect(await post()).toMatchObject({ ...refused, isReplayed: true })
  expect(running).toHaveLength(1)
})

test('who has waited for half a minute is told so, and may ask again', async () => {
  const first = post()
  await begun(1)
  const other = post()
  await waiting(1)
  waits[0]?.()
  expect(await other).toMatchObject({ status: 409, code: 'idempotency_duplicate', retryAfter: '1' })
  running[0]?.finish()
  const { madeBy } = await first
  expect(await post()).toMatchObject({ status: 200, isReplayed: true, madeBy })
})

test('in another process it is the write that decides: both work, one is remembered', async () => {
  const elsewhere = serverOf()
  const [here, there] = [post(), post({ server: elsewhere })]
  await begun(2)
  running[0]?.finish()
  await remembered()
  running[1]?.finish()
  const answers = await Promise.all([here, there])
  expect(new Set(answers.map(({ madeBy }) => madeBy)).size).toBe(1)
  expect(answers.filter(({ isReplayed }) => isReplayed)).toHaveLength(1)
  await elsewhere.close()
})

test('a refusal that comes after another process has done the work gives way to it', async () => {
  const elsewhere = serverOf()
  const [here, there] = [post(), post({ server: elsewhere })]
  await begun(2)
  running[0]?.finish()
  await remembered()
  running[1]?.fail(notFound('asset'))
  expect((await Promise.all([here, there])).map(({ status }) => status)).toEqual([200, 200])
  await elsewhere.close()
})

test('without a key first requests never wait; a repetition waits for all of them', async () => {
  const meaning = key
  const firsts = [post({ meaning, repeats: 0 }), post({ meaning, repeats: 0 })]
  await begun(2)
  const repeated = post({ meaning, repeats: 1 })
  await waiting(1)
  running[1]?.finish()
  expect(await Promise.race([repeated, firsts[1]])).toMatchObject({ isReplayed: false })
  running[0]?.finish()
  const answers = await Promise.all(firsts)
  expect(answers.map(({ isReplayed }) => isReplayed)).toEqual([false, false])
  expect(await repeated).toMatchObject({ isReplayed: true, madeBy: running[0]?.requestId })
  expect(running).toHaveLength(2)
})
