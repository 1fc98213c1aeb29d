// Keeps the promise that a probe that dies, hangs or grows fails its own file and nothing else.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { openMedia } from '../../src/media/open-media.ts'
import type { PoolOptions } from '../../src/media/pool/process-pool.ts'
import { samplePath } from '../support/samples.ts'

const wayward = new URL('../fixtures/media/wayward-probe.ts', import.meta.url)
const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(media => media.close()))
})

/** Looks at pretended files whose names say what becomes of the process that looks; its id is the width. */
function open(options: Partial<PoolOptions> = {}) {
  const media = openMedia({ entry: wayward, ...options })
  opened.push(media)
  return {
    close: () => media.close(),
    look: (act: string) => media.inspect('image/png', `/pretended/${act}`, { maxPixels: 1 }),
    pid: async () => (await media.inspect('image/png', '/pretended/fine', { maxPixels: 1 })).width ?? 0,
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && isAlive(pid); tries += 1) await delay(20)
  return !isAlive(pid)
}

describe('a pool of probes', () => {
  it('fails a file on which a probe hangs, and no other', async () => {
    const { look } = open({ timeoutMs: 1500 })
    const [hung, ...others] = await Promise.all(['hang', 'fine', 'fine', 'fine'].map(look))
    expect(hung?.fault).toEqual({
      kind: 'too_slow',
      message: 'The file could not be read within 1.5 seconds: upload a smaller or simpler one.',
    })
    expect(others.map(({ fault }) => fault)).toEqual([null, null, null])
    expect((await look('fine')).fault).toBeNull()
  })

  it('fails a file on which a probe crashes, and no other', async () => {
    const { look, pid } = open({ processes: 1 })
    const before = await pid()
    const [crashed, next] = await Promise.all([look('crash'), look('fine')])
    expect(crashed.fault?.kind).toBe('unreadable')
    expect(next.fault).toBeNull()
    expect(next.width).not.toBe(before)
  })

  it.runIf(process.platform === 'linux')('ends a probe that takes too much memory', async () => {
    const { look } = open({ maxMemoryBytes: 256 * 1024 * 1024 })
    expect((await look('greedy')).fault).toEqual({
      kind: 'too_large',
      message: 'The file could not be read within 256 MB of memory: upload a smaller or simpler one.',
    })
  })

  it('does not blame a file for what an earlier one left in the process', async () => {
    const { look } = open({ processes: 1 })
    await look('spoil')
    expect((await look('fine')).fault).toBeNull()
  })

  it('looks at fifty files with two processes, each in its turn', async () => {
    const { pid } = open()
    const pids = await Promise.all(Array.from({ length: 50 }, pid))
    expect(new Set(pids).size).toBe(2)
  })

  it.runIf(process.platform === 'linux')(
    'counts the time a probe works, and waits thrice as long by the clock',
    async () => {
      const { look } = open({ timeoutMs: 1000 })
      const [waited, asleep] = await Promise.all(['wait', 'sleep'].map(look))
      expect(waited?.fault).toBeNull()
      expect(asleep?.fault?.kind).toBe('too_slow')
    },
  )

  it('counts the time of a look from its turn, not from its wait', async () => {
    const { look } = open({ processes: 1, timeoutMs: 1000 })
    const faults = await Promise.all(Array.from({ length: 60 }, () => look('fine')))
    expect(faults.every(({ fault }) => fault === null)).toBe(true)
  })

  it('replaces a process after as many files as it was told', async () => {
    const { pid } = open({ processes: 1, filesPerProcess: 3 })
    const pids = [await pid(), await pid(), await pid(), await pid()]
    expect(new Set(pids.slice(0, 3)).size).toBe(1)
    expect(pids[3]).not.toBe(pids[0])
    expect(await gone(pids[0] ?? 0)).toBe(true)
  })

  it('ends an idle process, and starts another when it is needed', async () => {
    const { pid } = open({ idleMs: 50 })
    const first = await pid()
    expect(await gone(first)).toBe(true)
    expect(await pid()).not.toBe(first)
  })

  it('survives that somebody ends an idle process', async () => {
    const { pid } = open({ processes: 1 })
    const first = await pid()
    process.kill(first, 'SIGKILL')
    await gone(first)
    expect(await pid()).not.toBe(first)
  })

  it('ends every process when it is closed, and blames no file for that', async () => {
    const { look, pid, close } = open()
    const pids = await Promise.all([pid(), pid()])
    const looks = Promise.allSettled(['hang', 'hang', 'fine'].map(look))
    await delay(50)
    await close()
    expect(pids.map(isAlive)).toEqual([false, false])
    for (const settled of await looks)
      expect(settled).toMatchObject({ status: 'rejected', reason: { code: 'service_unavailable' } })
    await expect(look('fine')).rejects.toMatchObject({ code: 'service_unavailable' })
  })

  it('blames no file when no process can be started', async () => {
    const { look } = open({ entry: new URL('../fixtures/media/missing.ts', import.meta.url) })
    await expect(look('fine')).rejects.toMatchObject({ code: 'service_unavailable' })
  })

  it('gives its processes none of our environment and lets them write nothing', async () => {
    const { look } = open()
    expect(await look('write')).toMatchObject({ videoCodec: 'UV_THREADPOOL_SIZE' })
  })
})

describe('a probe process', () => {
  const entry = new URL('../../src/media/probe/main.ts', import.meta.url)

  it('goes on through Ctrl-C and a stop, which reach the whole group, and ends with the service', async () => {
    const child = fork(entry, [], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    await once(child, 'message')
    child.kill('SIGINT')
    child.kill('SIGTERM')
    child.send({ type: 'audio/wav', path: samplePath('a.wav'), maxPixels: 1 })
    const [answer] = await once(child, 'message')
    expect(answer).toMatchObject({ answer: { audioCodec: 'pcm_s16le' } })
    child.disconnect()
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})
