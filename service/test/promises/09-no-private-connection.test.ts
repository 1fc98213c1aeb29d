// Promise 9, no private connection: whatever URL a caller gives, however it is spelled, wherever its name leads and
// wherever a redirect points, the service opens no socket but to a public address. The sockets themselves are
// watched. At length: units/remote-*, with every range of addresses in units/remote-public-address.
import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RemoteWorld } from '../../src/remote/create-remote.ts'
import { isPublicAddress } from '../../src/remote/public-address.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { type AssetUpload, postJson } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { found } from '../support/start-street.ts'
import { until } from '../support/uploads.ts'
import { type WatchedConnections, watchConnections } from '../support/watch-connections.ts'

/** Stands for a public address; the stranger listens there, and no other address is public that we may reach. */
const PUBLIC = '127.0.0.1'

let internet: Internet
let herbarium: RunningService
let png: Buffer
let connections: WatchedConnections
/** What the service is given for the world; each test may change it. */
let world: Pick<RemoteWorld, 'resolve' | 'isPublic'>

beforeAll(async () => {
  internet = await startInternet()
  png = await sampleBytes('i.png')
  const remote = {
    ...internet.world,
    resolve: (host: string) => world.resolve(host),
    isPublic: (address: string) => world.isPublic(address),
  }
  const environment = { ...internet.environment, RATE_LIMIT: 'off' }
  herbarium = await startService({ environment, world: { remote } })
})
afterAll(async () => {
  await herbarium.close()
  await internet.close()
})
beforeEach(() => {
  internet.answer = (_request, response) => response.end(png)
  internet.stranger.asked.length = 0
  connections = watchConnections(Number(new URL(herbarium.origin).port))
  world = realRules({})
})
afterEach(() => connections.stop())

/** The rules as they are in production, and these names. */
const realRules = (names: Record<string, string[]>) => ({
  resolve: async (host: string) => names[host] ?? [],
  isPublic: isPublicAddress,
})

/** The same, but that the stranger is on the public internet. */
const withStranger = (names: Record<string, string[]>) => ({
  resolve: async (host: string) => names[host] ?? [PUBLIC],
  isPublic: (address: string) => address === PUBLIC || isPublicAddress(address),
})

/** Asks for the URL; answers what became of it, in words: the refusal's, or the asset's. */
async function refusedFor(source: string): Promise<string> {
  const answer = await postJson(herbarium, '/assets', { source, workspace_id: herbarium.workspaceId })
  if (answer.status !== 201) {
    const { status, fields, message } = await refusalIn(answer)
    expect({ status, fields }).toEqual({ status: 400, fields: ['source'] })
    return message
  }
  const { asset_id } = (await answer.json()) as AssetUpload // checked against the document by the tenant's fetch
  const asset = await until(
    () => found(herbarium, asset_id),
    ({ status }) => status !== 'pending_upload',
  )
  expect(asset.status).toBe('failed')
  return asset.failure_message ?? ''
}

test('the watch sees what is opened: a public file is fetched over one socket, to the address that was looked up', async () => {
  world = withStranger({})
  const source = internet.url('files.example.com', '/fern.png')
  const answer = await postJson(herbarium, '/assets', { source, workspace_id: herbarium.workspaceId })
  expect(await answer.json()).toMatchObject({ status: 'ready' })
  expect(connections.tried).toEqual([PUBLIC])
})

describe('No socket is opened for', () => {
  const hosts = [
    ...['127.0.0.1', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '017700000001'],
    ...['127.0.0.1.', '１２７.０.０.１', '①②⑦.⓪.⓪.①', '127。0。0。1', '%31%32%37.0.0.1', '0', '0.0.0.0'],
    ...[
      '10.0.0.1',
      '10.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.0.1',
      '0xc0a80001',
      '100.64.0.1',
      '100.127.1.1',
    ],
    ...['169.254.169.254', '0xa9fea9fe', '2852039166', '192.0.0.1', '198.18.0.1', '224.0.0.1', '240.0.0.1'],
    ...['255.255.255.255', '[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
    ...[
      '[::127.0.0.1]',
      '[::ffff:10.0.0.1]',
      '[::ffff:a9fe:a9fe]',
      '[64:ff9b::7f00:1]',
      '[64:ff9b:1::7f00:1]',
    ],
    ...[
      '[2002:7f00:1::]',
      '[2001::1]',
      '[fe80::1]',
      '[fec0::1]',
      '[fc00::1]',
      '[fd00:ec2::254]',
      '[ff02::1]',
    ],
  ]
  test.each(hosts)('https://%s', async host => {
    for (const port of [internet.stranger.port, 443])
      expect(await refusedFor(`https://${host}:${port}/fern.png`)).toContain('not on the public internet')
    expect(connections.tried).toEqual([])
  })

  const odd = [
    ...['http://files.example.com/a', 'HTTP://127.0.0.1/', 'file:///etc/passwd', 'ftp://files.example.com/a'],
    ...[
      'gopher://127.0.0.1:6379/_INFO',
      'data:image/png;base64,AAAA',
      'unix:/var/run/docker.sock',
      '//127.0.0.1/a',
    ],
    ...[
      'https://me:secret@files.example.com/a',
      'https://files.example.com@127.0.0.1/a',
      'https://127.0.0.1:22/a',
    ],
    ...['https://files.example.com:22/a', 'https://files.example.com:6379/a', 'https://[fe80::1%25eth0]/a'],
    ...[
      'https://[/a',
      'https:///a',
      'https://',
      'upload',
      '/etc/passwd',
      'https:\\\\127.0.0.1\\a',
      'https://1.2.3.4.5/',
    ],
  ]
  test.each(odd)('%s', async source => {
    await refusedFor(source)
    expect(connections.tried).toEqual([])
  })

  const names: [string, string[]][] = [
    ['localhost', ['127.0.0.1', '::1']],
    ['localhost.', ['127.0.0.1']],
    ['metadata.google.internal', ['169.254.169.254']],
    ['mapped.example.com', ['::ffff:10.0.0.7']],
    ['nat64.example.com', ['64:ff9b::a00:7']],
    ['mixed.example.com', ['93.184.215.14', '10.0.0.7']],
    ['mixed-six.example.com', ['2606:4700::1111', '::1']],
    ['zero.example.com', ['0.0.0.0']],
    ['nonsense.example.com', ['127.1']],
    ['nowhere.example.com', []],
  ]
  test.each(names)('https://%s, a name that leads to %j', async (host, addresses) => {
    world = realRules({ [host.replace(/\.$/, '')]: addresses })
    const reason = await refusedFor(`https://${host}:${internet.stranger.port}/fern.png`)
    // One sentence for a name that leads inside and for one that leads nowhere: our network's names are not told.
    expect(reason).toContain('is not on the public internet')
    expect(connections.tried).toEqual([])
  })
})

describe('Only the public one is connected to where', () => {
  const redirect = (response: ServerResponse, location: string) => response.writeHead(302, { location }).end()

  test.each([
    ['an address inside', 'https://10.0.0.7/a'],
    ['loopback', 'https://[::1]/a'],
    ['loopback in one number', 'https://2130706434/a'],
    ['metadata', 'https://169.254.169.254/latest/meta-data'],
    ['a name that leads inside', 'https://inside.example.com/a'],
    ['a name that leads inside too', 'https://mixed.example.com/a'],
    ['plain http', 'http://127.0.0.2/a'],
    ['another scheme', 'file:///etc/passwd'],
    ['another port', 'https://files.example.com:22/a'],
    ['credentials', 'https://me:secret@files.example.com/a'],
    ['no scheme', '//10.0.0.7/a'],
  ])('a redirect goes to %s', async (_where, location) => {
    world = withStranger({ 'inside.example.com': ['10.0.0.7'], 'mixed.example.com': [PUBLIC, '10.0.0.7'] })
    for (const hops of [0, 3]) {
      internet.answer = (request, response) => {
        const hop = Number(request.url?.slice(1))
        redirect(response, hop < hops ? `/${hop + 1}` : location)
      }
      expect(await refusedFor(internet.url('files.example.com', '/0'))).toContain('redirect target')
      expect(connections.tried.splice(0)).toEqual(Array(hops + 1).fill(PUBLIC))
    }
  })

  test('a name leads elsewhere when it is looked up again: the address that was checked is the one used', async () => {
    const answers = [[PUBLIC], ['127.0.0.2'], ['10.0.0.7']]
    world = { ...withStranger({}), resolve: async () => answers.shift() ?? ['127.0.0.2'] }
    const source = internet.url('rebinding.files.example.com', '/fern.png')
    const answer = await postJson(herbarium, '/assets', { source, workspace_id: herbarium.workspaceId })
    expect(await answer.json()).toMatchObject({ status: 'ready' })
    expect(connections.tried).toEqual([PUBLIC])
    expect(answers).toHaveLength(2)
  })

  test('a name leads inside from the second hop on', async () => {
    const answers = [[PUBLIC]]
    world = { ...withStranger({}), resolve: async () => answers.shift() ?? ['127.0.0.2'] }
    internet.answer = (_request, response) => redirect(response, '/again')
    expect(await refusedFor(internet.url('rebinding.files.example.com', '/0'))).toContain('redirect target')
    expect(connections.tried).toEqual([PUBLIC])
  })

  test('a fetch is asked again in vain: its name leads inside by then', async () => {
    const answers = [[PUBLIC]]
    world = { ...withStranger({}), resolve: async () => answers.shift() ?? ['127.0.0.2'] }
    internet.answer = (_request, response) => response.writeHead(503).end()
    const source = internet.url('rebinding.files.example.com', '/0')
    expect(await refusedFor(source)).toContain('not on the public internet')
    expect(connections.tried).toEqual([PUBLIC])
  })
})

test('nothing is said on a connection whose own address is found not to be public', async () => {
  let checks = 0
  world = { ...withStranger({}), isPublic: () => checks++ === 0 }
  await refusedFor(internet.url('files.example.com', '/fern.png'))
  expect(internet.stranger.asked).toEqual([])
  expect(checks).toBe(2)
})
