// Keeps the rules for a URL before anything is asked of it: scheme, credentials, port, host, address.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FetchFailure } from '../../src/ground/fetch-failure.ts'
import { createRemote } from '../../src/remote/create-remote.ts'
import { fetchFailureOf, SECRET_PATH } from '../support/fetch-failure-of.ts'

const limits = { maxBytes: 1000, timeoutMs: 2000 }

/** What a fetch that may not connect to anything says, and which names it looked up. */
async function tryFetch(
  url: string,
  world: { addresses?: string[]; hostAllowlist?: string[]; ports?: number[] } = {},
) {
  const resolved: string[] = []
  const { addresses = ['10.0.0.7'], hostAllowlist = [], ports = [443] } = world
  const remote = createRemote(
    { ports, hostAllowlist },
    {
      resolve: async host => {
        resolved.push(host)
        return addresses
      },
    },
  )
  return { ...(await fetchFailureOf(remote.fetch(url, limits))), resolved }
}

describe('a URL is refused without a lookup', () => {
  it.each([
    ['http://files.example.com', 'does not begin with https://'],
    ['HTTP://files.example.com', 'does not begin with https://'],
    ['ftp://files.example.com', 'does not begin with https://'],
    ['file:///etc/passwd', 'does not begin with https://'],
    ['file://files.example.com/etc/passwd', 'does not begin with https://'],
    ['data:image/png;base64,AAAA', 'does not begin with https://'],
    ['blob:https://files.example.com/1', 'does not begin with https://'],
    ['gopher://files.example.com', 'does not begin with https://'],
    ['javascript:alert(1)', 'does not begin with https://'],
    ['https+unix://files.example.com', 'does not begin with https://'],
    ['wss://files.example.com', 'does not begin with https://'],
    ['', 'cannot be understood'],
    ['files.example.com/herb.png', 'cannot be understood'],
    ['//files.example.com/herb.png', 'cannot be understood'],
    ['/herb.png', 'cannot be understood'],
    ['https://', 'cannot be understood'],
    ['https://.', 'cannot be understood'],
    ['https://files example.com', 'cannot be understood'],
    ['https://files.example.com:99999', 'cannot be understood'],
    ['https://[fe80::1%25eth0]', 'cannot be understood'],
    ['https://[::1', 'cannot be understood'],
    ['https://1.2.3.4.5', 'cannot be understood'],
    ['https://256.256.256.256', 'cannot be understood'],
    [`https://${'a'.repeat(254)}`, 'cannot be understood'],
    ['https://user:hunter2@files.example.com', 'holds a user name or a password'],
    ['https://user@files.example.com', 'holds a user name or a password'],
    ['https://:hunter2@files.example.com', 'holds a user name or a password'],
    ['https://files.example.com@127.0.0.1', 'holds a user name or a password'],
    ['https://files.example.com:80', 'names a port other than 443'],
    ['https://files.example.com:8443', 'names a port other than 443'],
    ['https://files.example.com:22', 'names a port other than 443'],
    ['https://files.example.com:0', 'names a port other than 443'],
    ['https://127.0.0.1', 'not on the public internet'],
    ['https://127.1', 'not on the public internet'],
    ['https://2130706433', 'not on the public internet'],
    ['https://0x7f000001', 'not on the public internet'],
    ['https://0x7f.1', 'not on the public internet'],
    ['https://0177.0.0.1', 'not on the public internet'],
    ['https://127.0.0.1.', 'not on the public internet'],
    ['https://１２７.０.０.１', 'not on the public internet'],
    ['https://①②⑦.⓪.⓪.①', 'not on the public internet'],
    ['https://127。0。0。1', 'not on the public internet'],
    ['https://%31%32%37.0.0.1', 'not on the public internet'],
    ['https:127.0.0.1', 'not on the public internet'],
    ['https:\\\\127.0.0.1', 'not on the public internet'],
    [' https://127.0.0.1', 'not on the public internet'],
    ['https://12\t7.0.0.1', 'not on the public internet'],
    ['https://0', 'not on the public internet'],
    ['https://0.0.0.0', 'not on the public internet'],
    ['https://10.1', 'not on the public internet'],
    ['https://192.168.1.1', 'not on the public internet'],
    ['https://169.254.169.254', 'not on the public internet'],
    ['https://0xa9fea9fe', 'not on the public internet'],
    ['https://[::]', 'not on the public internet'],
    ['https://[::1]', 'not on the public internet'],
    ['https://[0:0:0:0:0:0:0:1]', 'not on the public internet'],
    ['https://[::ffff:7f00:1]', 'not on the public internet'],
    ['https://[::ffff:127.0.0.1]', 'not on the public internet'],
    ['https://[::127.0.0.1]', 'not on the public internet'],
    ['https://[64:ff9b::7f00:1]', 'not on the public internet'],
    ['https://[2002:7f00:1::]', 'not on the public internet'],
    ['https://[fe80::1]', 'not on the public internet'],
    ['https://[fd00:ec2::254]', 'not on the public internet'],
  ])('%s', async (start, reason) => {
    const url = /^https:.*\w/.test(start) ? start + SECRET_PATH : start
    const failure = await tryFetch(url)
    expect(failure).toMatchObject({ isRetryable: false, resolved: [] })
    expect(failure.reason).toMatch(/^The URL /)
    expect(failure.reason).toContain(reason)
    expect(failure.reason).not.toMatch(/hunter2|\d\.\d|169|::/)
  })
})

describe('a host is refused by its addresses', () => {
  it.each([
    ['localhost', ['127.0.0.1', '::1']],
    ['localhost.', ['127.0.0.1']],
    ['LOCALHOST', ['::1']],
    ['metadata.google.internal', ['169.254.169.254']],
    ['127-0-0-1.nip.example', ['127.0.0.1']],
    ['mixed.example.com', ['93.184.215.14', '10.0.0.7']],
    ['mixed.example.com', ['2606:4700::1111', '::1', '93.184.215.14']],
    ['mapped.example.com', ['::ffff:10.0.0.7']],
    ['compatible.example.com', ['::93.184.215.14']],
    ['scoped.example.com', ['fe80::1%eth0']],
    ['nonsense.example.com', ['not an address']],
    ['short.example.com', ['8.8']],
    ['crowd.example.com', Array.from({ length: 33 }, (_, index) => `8.8.8.${index}`)],
    ['nowhere.example.com', []],
  ])('%s → %j', async (host, addresses) => {
    const failure = await tryFetch(`https://${host}${SECRET_PATH}`, { addresses })
    const name = host.toLowerCase().replace(/\.$/, '')
    expect(failure).toEqual({
      reason: `The URL leads to ${name}, which is not on the public internet: check it, or upload the file itself.`,
      isRetryable: false,
      resolved: [name],
    })
  })

  it('says try again where DNS gave no answer', async () => {
    const remote = createRemote(
      { ports: [443], hostAllowlist: [] },
      { resolve: async () => Promise.reject(Object.assign(new Error('queryA'), { code: 'ESERVFAIL' })) },
    )
    expect(await fetchFailureOf(remote.fetch(`https://a.example.com${SECRET_PATH}`, limits))).toEqual({
      reason: 'The address of a.example.com could not be looked up: try again later.',
      isRetryable: true,
    })
  })

  it('tells without a fetch where a host leads, or that nobody knows in time', async () => {
    const rules = { ports: [443], hostAllowlist: [] }
    const leadingTo = (...addresses: string[]) => createRemote(rules, { resolve: async () => addresses })
    const url = `https://a.example.com${SECRET_PATH}`
    const limit = { timeoutMs: 1000 }
    expect(await leadingTo('93.184.216.34').faultOfHost(url, limit)).toBeUndefined()
    expect(await leadingTo('93.184.216.34', '10.0.0.7').faultOfHost(url, limit)).toContain(
      'not on the public',
    )
    const silent = createRemote(rules, { resolve: () => new Promise(() => {}) })
    expect(await silent.faultOfHost(url, { timeoutMs: 50 })).toContain('0.05 seconds')
  })

  it('waits for DNS no longer than the fetch may take', async () => {
    const remote = createRemote({ ports: [443], hostAllowlist: [] }, { resolve: () => new Promise(() => {}) })
    const fetching = remote.fetch(`https://a.example.com${SECRET_PATH}`, { maxBytes: 1, timeoutMs: 50 })
    expect(await fetchFailureOf(fetching)).toEqual({
      reason: 'The file was not whole after 0.05 seconds: try again later, or upload the file itself.',
      isRetryable: true,
    })
  })
})

describe('the list of allowed hosts', () => {
  const hostAllowlist = ['files.example.com', '*.Media.example.', '*.bücher.example', '*.', '', '*.a b']

  it.each([
    'files.example.com',
    'FILES.example.com.',
    'a.media.example',
    'a.b.MEDIA.example.',
    'eu.xn--bcher-kva.example',
    'eu.bücher.example',
  ])('lets %s through to the lookup', async host => {
    const failure = await tryFetch(`https://${host}`, { hostAllowlist })
    expect(failure.resolved).toHaveLength(1)
    expect(failure.reason).toContain('not on the public internet')
  })

  it.each([
    'example.com',
    'media.example',
    'evilmedia.example',
    'files.example.com.evil.example',
    'afiles.example.com',
    'files-example.com',
    'a..',
    'a...',
    '8.8.8.8',
  ])('stops %s', async host => {
    const failure = await tryFetch(`https://${host}`, { hostAllowlist })
    expect(failure.resolved).toEqual([])
    expect(failure.reason).toContain('which the operator of this service has not allowed')
  })

  it('opens no door inside: an allowed name must still be public', async () => {
    const failure = await tryFetch('https://127.0.0.1', { hostAllowlist: ['127.0.0.1'] })
    expect(failure.reason).toContain('not on the public internet')
  })
})

it('the operator may open other ports, and close 443', async () => {
  const ports = [8443, 9443]
  expect((await tryFetch('https://files.example.com:9443', { ports })).resolved).toHaveLength(1)
  expect((await tryFetch('https://files.example.com', { ports })).reason).toContain('other than 8443, 9443')
})

it('whatever the URL, a fetch fails with a FetchFailure that does not repeat it', async () => {
  const remote = createRemote({ ports: [443], hostAllowlist: [] }, { resolve: async () => [] })
  const pieces = fc.constantFrom(
    'https:',
    '//',
    '/',
    '\\',
    '@',
    ':',
    '[',
    ']',
    '::',
    '%',
    '1',
    '0x7f',
    '.',
    'a',
    '#',
    '?',
    '。',
    '\t',
  )
  const urls = fc.oneof(
    fc.webUrl({ withQueryParameters: true, validSchemes: ['https', 'http'] }),
    fc.string({ unit: 'binary' }).map(text => `https://${text}`),
    fc.array(pieces, { maxLength: 14 }).map(all => all.join('')),
    fc.array(pieces, { maxLength: 14 }).map(all => `https://${all.join('')}`),
  )
  await fc.assert(
    fc.asyncProperty(urls, fc.stringMatching(/^[a-z]{12}$/), async (url, secret) => {
      const failure = await remote.fetch(`${url}/${secret}`, limits).catch(error => error)
      expect(failure).toBeInstanceOf(FetchFailure)
      expect(failure.message).not.toContain(`/${secret}`)
    }),
    { numRuns: 400 },
  )
})
