// Keeps the promise that a fetch ends in time, when told to, and when nobody reads; and leaves no connection open.
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import net from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { FetchOptions } from '../../src/assets/ports.ts'
import { createRemote } from '../../src/remote/create-remote.ts'
import { fetchFailureOf, SECRET_PATH } from '../support/fetch-failure-of.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import type { StrangerAnswer } from '../support/start-stranger.ts'

const limits: FetchOptions = { maxBytes: 100_000_000, timeoutMs: 5000 }

let internet: Internet

beforeAll(async () => {
  internet = await startInternet()
})

afterAll(async () => {
  await internet.close()
})

afterEach(async () => {
  await expect.poll(() => internet.stranger.connections.open).toBe(0)
})

const start = (options: Partial<FetchOptions> = {}) =>
  internet.remote().fetch(internet.url(), { ...limits, ...options })

const fetchAll = async (options: Partial<FetchOptions>) => await buffer(await start(options))

const tooSlow = (seconds: number) => ({
  reason: `The file was not whole after ${seconds} seconds: try again later, or upload the file itself.`,
  isRetryable: true,
})

const stopped = {
  reason: 'The fetch was stopped before the file was whole: try again.',
  isRetryable: true,
}

/** Sends a text one byte after the other, and then nothing. */
function dribble(response: ServerResponse, text: string) {
  const letters = [...text]
  const timer = setInterval(() => response.socket?.write(letters.shift() ?? ''), 20)
  response.once('close', () => clearInterval(timer))
}

/** Sends pieces as fast as they are taken, and counts what was. */
function flood(counted: { bytes: number }): StrangerAnswer {
  const piece = Buffer.alloc(100_000)
  return (_request, response) => {
    const more = () => {
      if (response.destroyed) return
      counted.bytes += piece.length
      response.write(piece, more)
    }
    more()
  }
}

describe('in time', () => {
  it.each<[string, StrangerAnswer]>([
    ['nothing', () => {}],
    [
      'headers byte by byte',
      (_request, response) => dribble(response, `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100)}`),
    ],
    [
      'a body byte by byte',
      (_request, response) => dribble(response, `HTTP/1.1 200 OK\r\n\r\n${'y'.repeat(100)}`),
    ],
    [
      'early hints for ever',
      (_request, response) => dribble(response, 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(9)),
    ],
    [
      'a circle of slow redirects',
      (_request, response) => {
        setTimeout(() => response.writeHead(302, { location: '/' }).end(), 80)
      },
    ],
  ])('a stranger that sends %s is cut off', async (_what, answer) => {
    internet.answer = answer
    const began = performance.now()
    expect(await fetchFailureOf(fetchAll({ timeoutMs: 250 }))).toEqual(tooSlow(0.25))
    expect(performance.now() - began).toBeLessThan(1500)
  })

  it('a stranger that never greets is cut off', async () => {
    const sockets = new Set<net.Socket>()
    const mute = net.createServer(socket => sockets.add(socket)).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const { port } = mute.address() as net.AddressInfo
    const remote = createRemote(
      { ports: [port], hostAllowlist: [] },
      { resolve: async () => ['127.0.0.1'], isPublic: () => true },
    )
    const fetching = remote.fetch(`https://mute.example.com:${port}${SECRET_PATH}`, {
      ...limits,
      timeoutMs: 200,
    })
    expect(await fetchFailureOf(fetching)).toEqual(tooSlow(0.2))
    for (const socket of sockets) socket.resume()
    mute.close()
    await once(mute, 'close')
  })

  it('a file that nobody reads is let go, and whoever then reads is told', async () => {
    internet.answer = flood({ bytes: 0 })
    const bytes = await start({ timeoutMs: 250 })
    await wait(400)
    expect(internet.stranger.connections.open).toBe(0)
    expect(await fetchFailureOf(buffer(bytes))).toEqual(tooSlow(0.25))
  })
})

describe('when told to', () => {
  it('before it begins', async () => {
    const before = internet.stranger.connections.made
    expect(await fetchFailureOf(start({ signal: AbortSignal.abort() }))).toEqual(stopped)
    expect(internet.stranger.connections.made).toBe(before)
  })

  it('before an answer', async () => {
    const controller = new AbortController()
    internet.answer = () => controller.abort(new Error('shutting down'))
    expect(await fetchFailureOf(start({ signal: controller.signal }))).toEqual(stopped)
  })

  it('within the file', async () => {
    const controller = new AbortController()
    internet.answer = (_request, response) => {
      response.write('Herba')
    }
    const bytes = await start({ signal: controller.signal })
    bytes.once('data', () => controller.abort())
    expect(await fetchFailureOf(buffer(bytes))).toEqual(stopped)
  })

  it('after the end, which changes nothing', async () => {
    const controller = new AbortController()
    internet.answer = (_request, response) => response.end('Herba')
    const bytes = await buffer(await start({ signal: controller.signal }))
    controller.abort()
    expect(bytes.toString()).toBe('Herba')
  })
})

describe('by its reader', () => {
  it('who breaks off', async () => {
    internet.answer = flood({ bytes: 0 })
    const bytes = await start()
    for await (const chunk of bytes) {
      expect(chunk).not.toHaveLength(0)
      break
    }
    expect(bytes.destroyed).toBe(true)
  })

  it('who throws', async () => {
    internet.answer = flood({ bytes: 0 })
    const read = async () => {
      for await (const _chunk of await start()) throw new Error('the disk is full')
    }
    await expect(read()).rejects.toThrow('the disk is full')
  })

  it.each([undefined, new Error('the disk is full')])('who never began (%s)', async reason => {
    internet.answer = flood({ bytes: 0 })
    const bytes = await start()
    bytes.destroy(reason)
    await expect.poll(() => internet.stranger.connections.open).toBe(0)
  })

  it('who is slow: the stranger waits', async () => {
    const counted = { bytes: 0 }
    internet.answer = flood(counted)
    const bytes = await start()
    await bytes[Symbol.asyncIterator]().next()
    await expect
      .poll(async () => {
        const before = counted.bytes
        await wait(100)
        return counted.bytes - before
      })
      .toBe(0)
    expect(counted.bytes).toBeLessThan(30_000_000)
    bytes.destroy()
  })
})
