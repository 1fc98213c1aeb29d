// The space for young objects, of a process of its own: the engine's flags are for all of a process.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const MODULE = new URL('../../src/commands/engine-memory.ts', import.meta.url)

/**
 * Rests as a server does, then allocates for a second or two, always holding on to what came last, and says the largest
 * space it had, in bytes.
 */
const PROGRAM = `
  import { getHeapSpaceStatistics } from 'node:v8'
  const [, module, steered] = process.argv
  const { collectAfterStart, steerYoungSpace } = await import(module)
  if (steered === 'steered') steerYoungSpace()
  collectAfterStart()
  await new Promise(resolve => setTimeout(resolve, 1500))
  const held = Array.from({ length: 20_000 })
  let largest = 0
  for (let turn = 0; turn < 300; turn++) {
    for (let n = 0; n < 40_000; n++) held[n % held.length] = { turn, n, text: 'x' + n }
    const young = getHeapSpaceStatistics().find(space => space.space_name === 'new_space')
    largest = Math.max(largest, young.space_size)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  console.log(largest)
`

async function largestYoungSpace(how: 'steered' | 'alone'): Promise<number> {
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', PROGRAM, MODULE.href, how])
  return Number(stdout) / 1024 / 1024
}

test('The space for young objects grows to 32 MiB and no further', async () => {
  expect(await largestYoungSpace('steered')).toBe(32)
})

test('An engine left alone would take more', async () => {
  expect(await largestYoungSpace('alone')).toBeGreaterThan(32)
})
