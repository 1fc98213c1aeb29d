// Keeps what a fetch asks of a stranger: on which connection, with which words.
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { fetchFailureOf, SECRET_PATH } from '../support/fetch-failure-of.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import type { StrangerAnswer } from '../support/start-stranger.ts'
import { createTestCa, type TestCa } from '../support/test-ca.ts'

const HERB = Buffer.from('Herba mercurialis, 1887')
const sendHerb: StrangerAnswer = (_request, response) => response.end(HERB)
const limits = { maxBytes: 1000, timeoutMs: 5000 }

let internet: Internet
/** An authority that signed nothing here. */
let otherCa: TestCa

beforeAll(async () => {
  internet = await startInternet()
  otherCa = await createTestCa()
})

afterAll(async () => {
  await internet.close()
  await otherCa.close()
})

beforeEach(() => {
  internet.answer = sendHerb
  internet.stranger.asked.length = 0
})

afterEach(async () => {
  await expect.poll(() => internet.stranger.connections.open).toBe(0)
})

describe('one request', () => {
  it('gets the bytes, and asks as nobody in particular', async () => {
    const bytes = await internet.remote().fetch(internet.url(), limits)
    expect(await buffer(bytes)).toEqual(HERB)
    expect(internet.stranger.asked).toEqual([
      {
        method: 'GET',
        url: SECRET_PATH,
        headers: {
          'user-agent': 'herbarium',
          accept: '*/*',
          'accept-encoding': 'gzip',
          host: `files.example.com:${internet.stranger.port}`,
          connection: 'close',
        },
      },
    ])
  })

  it.each(['FILES.example.com', 'files.example.com.'])('asks for %s as files.example.com', async host => {
    expect(await buffer(await internet.remote().fetch(internet.url(host), limits))).toEqual(HERB)
    expect(internet.stranger.asked[0]?.headers.host).toBe(`files.example.com:${internet.stranger.port}`)
  })

  it('keeps the fragment to itself', async () => {
    await buffer(await internet.remote().fetch(internet.url('files.example.com', '/a?b=c#d'), limits))
    expect(internet.stranger.asked[0]?.url).toBe('/a?b=c')
  })

  it.each([
    [401, false],
    [403, false],
    [404, false],
    [204, false],
    [206, false],
    [304, false],
    [300, false],
    [408, true],
    [429, true],
    [500, true],
    [503, true],
  ])('fails on status %i, worth another attempt: %s', async (status, isRetryable) => {
    internet.answer = (_request, response) => response.writeHead(status).end()
    expect(await fetchFailureOf(internet.remote().fetch(internet.url(), limits))).toEqual({
      reason: `The answer of files.example.com has status ${status} where 200 and the file should be: check that anyone can open the URL and that it has not expired.`,
      isRetryable,
    })
  })

  it('fails on a change of protocol', async () => {
    internet.answer = (_request, response) =>
      response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n')
    const failure = await fetchFailureOf(internet.remote().fetch(internet.url(), limits))
    expect(failure.reason).toContain('The answer of files.example.com has status 101')
  })
})

describe('the connection', () => {
  it('leads to the address that was checked, for the name is looked up once', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.7']]
    const resolve = vi.fn(async () => answers.shift() ?? [])
    const bytes = await internet.remote({ resolve }).fetch(internet.url(), limits)
    expect(await buffer(bytes)).toEqual(HERB)
    expect(resolve.mock.calls).toEqual([['files.example.com']])
  })

  it('is never made to a host with one private address among public ones', async () => {
    const before = internet.stranger.connections.made
    const failure = await fetchFailureOf(
      internet.remote().fetch(internet.url('mixed.files.example.com'), limits),
    )
    expect(failure.reason).toContain('mixed.files.example.com, which is not on the public internet')
    expect(internet.stranger.connections.made).toBe(before)
  })

  it('is closed before a request if it leads elsewhere after all', async () => {
    const isPublic = vi
      .fn(() => true)
      .mockReturnValueOnce(true)
      .mockReturnValueOnce(false)
    const failure = await fetchFailureOf(internet.remote({ isPublic }).fetch(internet.url(), limits))
    expect(failure).toMatchObject({ isRetryable: false })
    expect(failure.reason).toContain('not on the public internet')
    expect(isPublic.mock.calls).toEqual([['127.0.0.1'], ['127.0.0.1']])
    expect(internet.stranger.asked).toEqual([])
  })

  it("tries a host's other addresses when one does not answer", async () => {
    expect(
      await buffer(await internet.remote().fetch(internet.url('half-down.files.example.com'), limits)),
    ).toEqual(HERB)
  })

  it('is worth another attempt when nobody answers', async () => {
    expect(
      await fetchFailureOf(internet.remote().fetch(internet.url('down.files.example.com'), limits)),
    ).toEqual({
      reason: 'No secure connection to down.files.example.com could be made: try again later.',
      isRetryable: true,
    })
  })

  it.each([
    ['for another name', () => ({ url: internet.url('other.example.org'), world: {} })],
    ['for no address', () => ({ url: internet.url('127.0.0.1'), world: {} })],
    ['of an unknown authority', () => ({ url: internet.url(), world: { ca: otherCa.ca } })],
  ])('needs a certificate that is not %s', async (_what, given) => {
    const { url, world } = given()
    const failure = await fetchFailureOf(internet.remote(world).fetch(url, limits))
    expect(failure.reason).toMatch(
      /^The certificate of (\S+|the given IP address) has expired, is for another name/,
    )
    expect(failure.isRetryable).toBe(false)
    expect(internet.stranger.asked).toEqual([])
  })

  it('needs a certificate even where the environment asks for less', async () => {
    onTestFinished(() => void vi.unstubAllEnvs())
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const failure = await fetchFailureOf(internet.remote({ ca: otherCa.ca }).fetch(internet.url(), limits))
    expect(failure.reason).toContain('The certificate of files.example.com')
  })
})
