// A thread that is asked one thing at a time, and help that begins once much is done.
import { expect, it, onTestFinished, vi } from 'vitest'
import { createOnceBusy } from '../../src/ground/once-busy.ts'
import { startThread } from '../../src/ground/thread.ts'

const ENTRY = new URL('../support/threads/shaky.ts', import.meta.url)
type Ask = { double: number } | 'throw' | 'exit'

async function start() {
  const thread = await startThread<Ask, number>(ENTRY)
  onTestFinished(thread.close)
  return thread
}

it('answers one after the other', async () => {
  const thread = await start()
  expect(await thread.ask({ double: 2 })).toBe(4)
  expect(await thread.ask({ double: 3 })).toBe(6)
})

it.each(['throw', 'exit'] as const)(
  'one that ends by itself (%s) fails what it was asked, and all that it is asked afterwards',
  async how => {
    const thread = await start()
    await expect(thread.ask(how)).rejects.toThrow(how === 'throw' ? 'as it was told' : 'has ended')
    await thread.ended
    await expect(thread.ask({ double: 1 })).rejects.toThrow()
  },
)

it('closes, however often it is told', async () => {
  const thread = await start()
  await Promise.all([thread.close(), thread.close()])
  await expect(thread.ask({ double: 1 })).rejects.toThrow('has ended')
})

it('answers what it was asked before it closes', async () => {
  const thread = await start()
  const [answer] = await Promise.all([thread.ask({ double: 5 }), thread.close()])
  expect(answer).toBe(10)
})

it('one whose program cannot run is not started', async () => {
  await expect(startThread(new URL('./nowhere.ts', import.meta.url))).rejects.toThrow()
})

it('help begins with the sixteenth thing in a second, begins anew where it has ended, and stays', async () => {
  let starts = 0
  let ending = Promise.withResolvers<void>()
  const busy = createOnceBusy(async () => {
    starts++
    ending = Promise.withResolvers<void>()
    return { ended: ending.promise, close: async () => ending.resolve() }
  })
  for (let n = 0; n < 15; n++) expect(busy.helperFor(1)).toBeUndefined()
  expect(starts).toBe(0)
  busy.helperFor(1)
  const helper = await vi.waitFor(() => {
    const found = busy.helperFor(0)
    expect(found).toBeDefined()
    return found
  })
  expect(busy.helperFor(1)).toBe(helper)
  ending.resolve()
  await vi.waitFor(() => expect(busy.helperFor(0)).toBeUndefined())
  busy.helperFor(16)
  await vi.waitFor(() => expect(busy.helperFor(0)).toBeDefined())
  expect(starts).toBe(2)
  await busy.close()
})

it('where no help can be had all goes on without, and it is tried once', async () => {
  let tries = 0
  const busy = createOnceBusy<{ ended: Promise<void>; close(): Promise<void> }>(async () => {
    tries++
    throw new Error('no more threads')
  })
  for (let n = 0; n < 3; n++) {
    expect(busy.helperFor(20)).toBeUndefined()
    await new Promise(resolve => setImmediate(resolve))
  }
  expect(tries).toBe(1)
  await busy.close()
})
