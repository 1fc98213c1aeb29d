// Keeps what a fetch does when a stranger sends it elsewhere: the same checks from the start, five times at most.
import type { ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { fetchFailureOf, SECRET_PATH } from '../support/fetch-failure-of.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import type { StrangerAnswer } from '../support/start-stranger.ts'

const HERB = Buffer.from('Herba mercurialis, 1887')
const sendHerb: StrangerAnswer = (_request, response) => response.end(HERB)
const limits = { maxBytes: 1000, timeoutMs: 5000 }

let internet: Internet

beforeAll(async () => {
  internet = await startInternet()
})

afterAll(async () => {
  await internet.close()
})

beforeEach(() => {
  internet.answer = sendHerb
  internet.stranger.asked.length = 0
})

afterEach(async () => {
  await expect.poll(() => internet.stranger.connections.open).toBe(0)
})

const redirect = (response: ServerResponse, location: string, status = 302) =>
  response.writeHead(status, { location }).end('<a href="elsewhere">')

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])(
    'follows %i, each with a GET on a connection of its own',
    async status => {
      const before = internet.stranger.connections.made
      internet.answer = (request, response) =>
        request.url === '/end'
          ? response.end(HERB)
          : redirect(response, internet.url('mirror.example.net', '/end'), status)
      expect(await buffer(await internet.remote().fetch(internet.url(), limits))).toEqual(HERB)
      expect(internet.stranger.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
        `GET ${SECRET_PATH}`,
        'GET /end',
      ])
      expect(internet.stranger.asked[1]?.headers).not.toHaveProperty('referer')
      expect(internet.stranger.connections.made - before).toBe(2)
    },
  )

  it.each([
    ['/end', '/end'],
    ['end?x=1', '/folder/end?x=1'],
    ['../end', '/end'],
    ['//mirror.example.net:PORT/end', '/end'],
    ['  /end  ', '/end'],
    ['/übung', '/%C3%BCbung'],
  ])('resolves the location "%s"', async (location, path) => {
    internet.answer = (request, response) =>
      request.url === '/folder/start'
        ? response.socket?.end(
            `HTTP/1.1 302 Found\r\nlocation: ${location.replace('PORT', `${internet.stranger.port}`)}\r\n\r\n`,
          )
        : response.end(HERB)
    expect(
      await buffer(await internet.remote().fetch(internet.url('files.example.com', '/folder/start'), limits)),
    ).toEqual(HERB)
    expect(internet.stranger.asked[1]?.url).toBe(path)
  })

  it('follows five, no more', async () => {
    const hops =
      (count: number): StrangerAnswer =>
      (request, response) => {
        const hop = Number(request.url?.slice(1))
        if (hop === count) response.end(HERB)
        else redirect(response, `/${hop + 1}`)
      }
    internet.answer = hops(5)
    expect(
      await buffer(await internet.remote().fetch(internet.url('files.example.com', '/0'), limits)),
    ).toEqual(HERB)
    internet.answer = hops(6)
    expect(
      await fetchFailureOf(internet.remote().fetch(internet.url('files.example.com', '/0'), limits)),
    ).toEqual({
      reason: 'The URL redirects more than 5 times: give the URL of the file itself.',
      isRetryable: false,
    })
    expect(internet.stranger.asked).toHaveLength(12)
  })

  it('gives up on a circle', async () => {
    internet.answer = (_request, response) => redirect(response, SECRET_PATH)
    const failure = await fetchFailureOf(internet.remote().fetch(internet.url(), limits))
    expect(failure.reason).toContain('redirects more than 5 times')
    expect(internet.stranger.asked).toHaveLength(6)
  })

  it.each([
    [
      'to a private address',
      'https://10.0.0.7/herb.png',
      "The URL's redirect target leads to the given IP address, which is not",
    ],
    [
      'to loopback',
      'https://[::1]/herb.png',
      "The URL's redirect target leads to the given IP address, which is not",
    ],
    [
      'to metadata',
      'https://169.254.169.254/latest',
      "The URL's redirect target leads to the given IP address, which is not",
    ],
    [
      'to a private name',
      'https://inside.files.example.com/herb.png',
      "The URL's redirect target leads to inside.files.example.com, which is not",
    ],
    [
      'to http',
      'http://files.example.com/herb.png',
      "The URL's redirect target does not begin with https://",
    ],
    ['to a file', 'file:///etc/passwd', "The URL's redirect target does not begin with https://"],
    ['to data', 'data:image/png;base64,AAAA', "The URL's redirect target does not begin with https://"],
    [
      'to credentials',
      'https://me:hunter2@files.example.com/herb.png',
      "The URL's redirect target holds a user name",
    ],
    [
      'to another port',
      'https://files.example.com:22/herb.png',
      "The URL's redirect target names a port other",
    ],
    ['to nonsense', 'https://[/herb.png', "The URL's redirect target cannot be understood"],
    ['to nowhere', '', 'The redirect of files.example.com names no target'],
  ])('does not go %s', async (_where, location, reason) => {
    internet.answer = (_request, response) => redirect(response, location)
    const failure = await fetchFailureOf(internet.remote().fetch(internet.url(), limits))
    expect(failure.reason).toContain(reason)
    expect(failure.isRetryable).toBe(false)
    expect(internet.stranger.asked).toHaveLength(1)
  })

  it('does not go to a host that is not allowed', async () => {
    internet.answer = (_request, response) => redirect(response, internet.url('mirror.example.net'))
    const remote = internet.remote({}, ['*.example.com'])
    const failure = await fetchFailureOf(remote.fetch(internet.url(), limits))
    expect(failure.reason).toContain(
      "The URL's redirect target leads to mirror.example.net, which the operator",
    )
  })

  it('needs a location', async () => {
    internet.answer = (_request, response) => response.writeHead(302).end()
    const failure = await fetchFailureOf(internet.remote().fetch(internet.url(), limits))
    expect(failure.reason).toContain('The redirect of files.example.com names no target')
  })

  it('looks up and checks the name again at each hop', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.7']]
    const resolve = vi.fn(async () => answers.shift() ?? [])
    internet.answer = (_request, response) => redirect(response, '/again')
    const failure = await fetchFailureOf(internet.remote({ resolve }).fetch(internet.url(), limits))
    expect(failure.reason).toContain("The URL's redirect target leads to files.example.com, which is not")
    expect(resolve).toHaveBeenCalledTimes(2)
  })

  it('does not read what a redirect carries', async () => {
    internet.answer = (request, response) => {
      if (request.url === '/end') response.end(HERB)
      else response.writeHead(302, { location: '/end' }).write(Buffer.alloc(100_000))
    }
    expect(await buffer(await internet.remote().fetch(internet.url(), limits))).toEqual(HERB)
  })
})
