// Killed at any moment, the program starts again and everything it acknowledged is as it was.
import { expect, test } from 'vitest'
import { runKillLoop } from '../support/kill/kill-loop.ts'

const KILLS = 20
const WORKERS = 8

test(`${KILLS} kills while ${WORKERS} clients work lose nothing that was acknowledged`, {
  timeout: 180_000,
}, async () => {
  const { answered, assets } = await runKillLoop({ kills: KILLS, workers: WORKERS })
  expect(assets).toBeGreaterThan(KILLS)
  const { spoilt: _, ...common } = answered // it takes four answers, and the longest session is 600 ms
  for (const [step, times] of Object.entries(common)) expect(times, step).toBeGreaterThan(0)
})
