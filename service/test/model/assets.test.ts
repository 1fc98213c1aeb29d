// Random histories of one tenant, with faults and crashes among them, held to a small model after every step.
import { expect, test } from 'vitest'
import { runModel } from '../support/model/run-model.ts'

const numberOr = (fallback: number, text: string | undefined) =>
  text === undefined ? fallback : Number(text)

const RUNS = numberOr(300, process.env.MODEL_RUNS)
const COMMANDS = numberOr(30, process.env.MODEL_COMMANDS)

test(`${RUNS} histories of up to ${COMMANDS} steps keep every promise at every step`, {
  timeout: Math.max(180_000, RUNS * COMMANDS * 50),
}, async () => {
  const report = await runModel({ runs: RUNS, commands: COMMANDS })
  expect(report.runs).toBe(RUNS)
  expect(report.commands).toBeGreaterThan((RUNS * COMMANDS) / 10)
})
