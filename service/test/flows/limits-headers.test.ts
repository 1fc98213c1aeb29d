// Requests whose headers do not come to an end: they are cut off, and keep nobody waiting.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closed, dial } from '../support/dial.ts'
import { type RunningService, startService } from '../support/start-service.ts'

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService()
})
afterAll(() => herbarium.close())

test('three hundred half requests keep nobody from being answered', async () => {
  const sockets = await Promise.all(Array.from({ length: 300 }, () => dial(herbarium)))
  for (const socket of sockets) socket.write('POST /api/v1/assets HTTP/1.1\r\nhost: x\r\n')
  const started = performance.now()
  expect((await herbarium.fetch(`${herbarium.origin}/healthz`)).status).toBe(200)
  expect(performance.now() - started).toBeLessThan(2_000)
  for (const socket of sockets) socket.destroy()
})

test('headers that do not come to an end are answered 408 and closed', async () => {
  const socket = await dial(herbarium)
  const said = closed(socket)
  socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ')
  expect(await said).toMatch(/^HTTP\/1\.1 408 /)
}, 30_000)
