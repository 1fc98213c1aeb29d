// Keeps what becomes of a stranger's bytes: whole, counted, decoded, or a failure that says why.
import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { FetchOptions } from '../../src/assets/ports.ts'
import { fetchFailureOf } from '../support/fetch-failure-of.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'

const HERB = Buffer.from('Herba mercurialis, 1887')
const limits: FetchOptions = { maxBytes: 100_000, timeoutMs: 5000 }

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

const fetchAll = async (options: Partial<FetchOptions> = {}) =>
  await buffer(await internet.remote().fetch(internet.url(), { ...limits, ...options }))

const failureOf = (options: Partial<FetchOptions> = {}) => fetchFailureOf(fetchAll(options))

/** The stranger answers with exactly these bytes, and hangs up unless told to stay. */
function answerRaw(bytes: string | Buffer, { stays = false } = {}) {
  internet.answer = (_request, response) =>
    stays ? response.socket?.write(bytes) : response.socket?.end(bytes)
}

function answerEncoded(encoding: string, bytes: Buffer) {
  internet.answer = (_request, response) =>
    response.writeHead(200, { 'content-encoding': encoding }).end(bytes)
}

/** Writes the same bytes for as long as somebody takes them. */
function writeForever(response: ServerResponse, bytes: Buffer) {
  const more = () => {
    if (!response.destroyed) response.write(bytes, more)
  }
  more()
}

const broken = {
  reason: 'The answer of files.example.com broke off before the file was whole: try again later.',
  isRetryable: true,
}

const tooLarge = (size: string) => ({
  reason: `The file is larger than ${size}: upload the file itself.`,
  isRetryable: false,
})

describe('whole', () => {
  it.each([
    ['with a length', `HTTP/1.1 200 OK\r\ncontent-length: 23\r\n\r\n${HERB}`],
    ['until the end of the connection', `HTTP/1.1 200 OK\r\n\r\n${HERB}`],
    ['in HTTP/1.0', `HTTP/1.0 200 OK\r\n\r\n${HERB}`],
    [
      'in chunks',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\nHerba me\r\nf;x=y\r\nrcurialis, 1887\r\n0\r\n\r\n`,
    ],
    [
      'after early hints',
      `HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 23\r\n\r\n${HERB}`,
    ],
    [
      'whatever it calls itself',
      `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-disposition: attachment; filename=../x\r\n\r\n${HERB}`,
    ],
    [
      'up to its length, though more is sent',
      `HTTP/1.1 200 OK\r\ncontent-length: 23\r\n\r\n${HERB}, and more`,
    ],
  ])('%s', async (_how, bytes) => {
    answerRaw(bytes)
    expect(await fetchAll()).toEqual(HERB)
  })

  it('though the stranger never hangs up', async () => {
    answerRaw(`HTTP/1.1 200 OK\r\ncontent-length: 23\r\nconnection: keep-alive\r\n\r\n${HERB}`, {
      stays: true,
    })
    expect(await fetchAll()).toEqual(HERB)
  })

  it('though it is empty', async () => {
    internet.answer = (_request, response) => response.end()
    expect(await fetchAll()).toHaveLength(0)
  })

  it('up to the last byte of the cap', async () => {
    internet.answer = (_request, response) => response.end(HERB)
    expect(await fetchAll({ maxBytes: 23 })).toEqual(HERB)
    expect((await failureOf({ maxBytes: 22 })).reason).toContain('The file is larger than')
  })
})

describe('too large', () => {
  it('by its own account: nothing is read', async () => {
    answerRaw('HTTP/1.1 200 OK\r\ncontent-length: 51000000\r\n\r\n', { stays: true })
    expect(await failureOf({ maxBytes: 50_000_000 })).toEqual(tooLarge('50 MB'))
  })

  it('without saying so', async () => {
    internet.answer = (_request, response) => {
      const piece = Buffer.alloc(1_000_000)
      for (let count = 0; count < 51; count += 1) response.write(piece)
      response.end()
    }
    expect(await failureOf({ maxBytes: 50_000_000 })).toEqual(tooLarge('50 MB'))
  })

  it('without end', async () => {
    internet.answer = (_request, response) => writeForever(response, Buffer.alloc(10_000))
    expect(await failureOf({ maxBytes: 1_500_000 })).toEqual(tooLarge('1.5 MB'))
  })
})

describe('broken off, worth another attempt', () => {
  it.each([
    ['before its length', `HTTP/1.1 200 OK\r\ncontent-length: 24\r\n\r\n${HERB}`],
    ['within a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nHerba'],
    ['before the last chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nHerba\r\n'],
    ['by a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nHerba\r\nz\r\n'],
  ])('%s', async (_when, bytes) => {
    answerRaw(bytes)
    expect(await failureOf()).toEqual(broken)
  })

  it.each([
    ['nothing', ''],
    ['half a header', 'HTTP/1.1 200 OK\r\ncontent-'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nab'],
    ['a bare line feed in a header', 'HTTP/1.1 200 OK\r\nx: a\rb\r\n\r\n'],
  ])('before it began: %s', async (_what, bytes) => {
    answerRaw(bytes)
    expect(await failureOf()).toEqual({
      reason: 'No secure connection to files.example.com could be made: try again later.',
      isRetryable: true,
    })
  })
})

describe('headers without end', () => {
  it.each([
    ['many', 'x-header: value\r\n'],
    ['long', 'x'.repeat(1000)],
  ])('%s', async (_how, piece) => {
    internet.answer = (_request, response) => {
      response.socket?.write(`HTTP/1.1 200 OK\r\n${piece.repeat(2000)}`)
    }
    const failure = await failureOf()
    expect(failure.reason).toContain('The answer of files.example.com has too many headers')
    expect(failure.isRetryable).toBe(false)
  })

  it('after the file', async () => {
    const trailers = 'x-trailer: value\r\n'.repeat(2000)
    answerRaw(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nHerba\r\n0\r\n${trailers}`, {
      stays: true,
    })
    expect(await failureOf()).toEqual(broken)
  })
})

describe('compressed', () => {
  it.each(['gzip', 'x-gzip', 'GZip', 'identity, gzip', ' gzip , '])('as "%s": decoded', async encoding => {
    answerEncoded(encoding, gzipSync(HERB))
    expect(await fetchAll()).toEqual(HERB)
  })

  it.each(['identity', 'Identity', ''])('as "%s": as it is', async encoding => {
    answerEncoded(encoding, gzipSync(HERB))
    expect(await fetchAll()).toEqual(gzipSync(HERB))
  })

  it.each(['br', 'deflate', 'zstd', 'gzip, gzip', 'gzip, br', 'gzipped'])(
    'as "%s": refused',
    async encoding => {
      answerEncoded(encoding, gzipSync(HERB))
      const failure = await failureOf()
      expect(failure.reason).toContain('compressed with something other than gzip')
      expect(failure.isRetryable).toBe(false)
    },
  )

  it('in several members: all of them', async () => {
    answerEncoded('gzip', Buffer.concat([gzipSync(HERB), gzipSync(HERB)]))
    expect(await fetchAll()).toEqual(Buffer.concat([HERB, HERB]))
  })

  it('by nothing that gzip could shorten: up to the cap', async () => {
    const bytes = randomBytes(100_000)
    answerEncoded('gzip', gzipSync(bytes))
    expect(await fetchAll()).toEqual(bytes)
  })

  it('a thousandfold: counted as it unfolds', async () => {
    answerEncoded('gzip', gzipSync(Buffer.alloc(30_000_000)))
    expect(await failureOf({ maxBytes: 1_000_000 })).toEqual(tooLarge('1 MB'))
  })

  it('without ever giving a byte: counted as it is sent', async () => {
    internet.answer = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.write(Buffer.from('1f8b0800000000000003', 'hex'))
      // A stored block of no bytes (RFC 1951, 3.2.4).
      writeForever(response, Buffer.from('000000ffff'.repeat(1000), 'hex'))
    }
    expect(await failureOf()).toEqual(tooLarge('0.1 MB'))
  })

  it('larger than it may be by its own account: nothing is read', async () => {
    answerRaw('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 110000\r\n\r\n', { stays: true })
    expect(await failureOf()).toEqual(tooLarge('0.1 MB'))
  })

  it.each([
    ['cut', gzipSync(HERB).subarray(0, -9)],
    ['cut before its sum', gzipSync(HERB).subarray(0, -1)],
    ['cut in its header', gzipSync(HERB).subarray(0, 5)],
    ['with a wrong sum', Buffer.concat([gzipSync(HERB).subarray(0, -8), Buffer.alloc(8)])],
    ['not at all', HERB],
  ])('%s: broken', async (_how, bytes) => {
    answerEncoded('gzip', bytes)
    expect(await failureOf()).toEqual(broken)
  })
})
