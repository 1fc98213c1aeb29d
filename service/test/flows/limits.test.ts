// What one client may take, and what others still get meanwhile.
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reserve } from '../support/reserve.ts'
import { type RunningService, startService } from '../support/start-service.ts'

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService({ environment: { RATE_LIMIT: '20' } })
})
afterAll(() => herbarium.close())

const dial = async (): Promise<Socket> => {
  const { hostname, port } = new URL(herbarium.origin)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined) // a cut is what these tests wait for
  await new Promise(resolve => socket.once('connect', resolve))
  return socket
}

const closed = (socket: Socket): Promise<string> =>
  new Promise(resolve => {
    let said = ''
    socket.on('data', chunk => {
      said += chunk
    })
    socket.once('close', () => resolve(said))
  })

test('a workspace above its requests a minute is told when to go on, and others are not held up', async () => {
  const busy = await herbarium.newTenant()
  const answers = await Promise.all(Array.from({ length: 25 }, () => busy.call('/workspaces')))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused).toHaveLength(5)
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused[0]?.json()).toMatchObject({ error: { code: 'rate_limited' } })
  const quiet = await (await herbarium.newTenant()).call('/workspaces')
  expect(quiet.status).toBe(200)
  expect(quiet.headers.get('ratelimit-limit')).toBe('20')
  expect(quiet.headers.get('ratelimit-remaining')).toBe('19')
})

test.concurrent('headers that do not come to an end are answered 408 and closed', async () => {
  const socket = await dial()
  const said = closed(socket)
  socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ')
  expect(await said).toMatch(/^HTTP\/1\.1 408 /)
}, 30_000)

test('three hundred half requests keep nobody from being answered', async () => {
  const sockets = await Promise.all(Array.from({ length: 300 }, dial))
  for (const socket of sockets) socket.write('POST /api/v1/assets HTTP/1.1\r\nhost: x\r\n')
  const started = performance.now()
  expect((await herbarium.fetch(`${herbarium.origin}/healthz`)).status).toBe(200)
  expect(performance.now() - started).toBeLessThan(2_000)
  for (const socket of sockets) socket.destroy()
})

test.concurrent('an upload of a byte a second is cut off and leaves nothing, and its ticket stays open', async () => {
  const reservation = await reserve(await herbarium.newTenant())
  const socket = await dial()
  const end = closed(socket)
  const path = new URL(reservation.upload_url).pathname
  socket.write(`PUT ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n`)
  const dribble = setInterval(() => socket.write('x'), 1_000)
  await end
  clearInterval(dribble)
  await expect.poll(() => herbarium.files()).toEqual([])
  const again = await herbarium.fetch(reservation.upload_url, { method: 'PUT', body: 'whole' })
  expect(again.status).toBe(204)
}, 60_000)
