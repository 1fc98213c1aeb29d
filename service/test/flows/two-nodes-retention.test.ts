// Two services that sweep at once: each ephemeral asset is deleted once between them.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reserve } from '../support/reserve.ts'
import { createTestClock } from '../support/test-clock.ts'
import { startTwoNodes, type TwoNodes } from '../support/two-nodes.ts'
import { stored } from '../support/uploads.ts'

const clock = createTestClock()
let nodes: TwoNodes
beforeAll(async () => {
  nodes = await startTwoNodes({ world: { clock }, environment: { RATE_LIMIT: 'off' } })
})
afterAll(() => nodes.close())

test('two nodes that sweep at once delete each asset once, and leave no bytes', async () => {
  const { a, b, first } = nodes
  const before = await first.files()
  const hour = { retention: 'ephemeral', delete_after_seconds: 60 }
  const made = [
    ...(await Promise.all(Array.from({ length: 40 }, () => reserve(a, hour)))),
    ...(await Promise.all(
      Array.from({ length: 10 }, () => stored(b, { ...hour, delete_after_seconds: '60' })),
    )),
  ]
  clock.advance(61_000)
  const reports = await Promise.all([a.service.sweep(), b.service.sweep(), a.service.sweep()])
  expect(reports.reduce((sum, { assetsDeleted }) => sum + assetsDeleted, 0)).toBe(made.length)
  const told = (await first.rows.all('events')).filter(({ type }) => type === 'asset.deleted')
  expect(new Set(told.map(event => event.asset_id)).size).toBe(made.length)
  expect(told).toHaveLength(made.length)
  await expect.poll(() => first.files()).toEqual(before)
})
