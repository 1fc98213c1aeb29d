// A command's answer to a script.
import { expect } from 'vitest'
import { linesOf, runHerbarium } from './run-herbarium.ts'
import type { Environment } from './start-process.ts'

/** The one JSON object that a command printed, and nothing else. */
export async function runJson(
  args: string[],
  environment: Environment,
  expected: { code: number } = { code: 0 },
) {
  const { code, stdout, stderr } = await runHerbarium([...args, '--json'], environment)
  expect({ code, stderr }).toEqual({ ...expected, stderr: '' })
  expect(linesOf(stdout)).toHaveLength(1)
  return JSON.parse(stdout)
}
