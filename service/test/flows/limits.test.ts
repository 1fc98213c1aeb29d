// What one client may take, and what others still get meanwhile.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closed, dial } from '../support/dial.ts'
import { reserve } from '../support/reserve.ts'
import { type RunningService, startService } from '../support/start-service.ts'

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService({ environment: { RATE_LIMIT: '20' } })
})
afterAll(() => herbarium.close())

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

test('an upload of a byte a second is cut off and leaves nothing, and its ticket stays open', async () => {
  const reservation = await reserve(await herbarium.newTenant())
  const socket = await dial(herbarium)
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
