// Keeps the promise that all addresses of a name come from DNS, both families, asked of a real name server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createResolver, type ResolveHost } from '../../src/remote/resolve-host.ts'
import { startNameServer } from '../support/start-name-server.ts'

const V4 = [93, 184, 215, 14]
const PRIVATE_V4 = [10, 0, 0, 7]
const V6 = [0x26, 0x06, 0x47, 0, ...Array(11).fill(0), 1]
const COMPATIBLE_V6 = [...Array(12).fill(0), 8, 8, 8, 8]

let server: Awaited<ReturnType<typeof startNameServer>>
let resolve: ResolveHost

beforeAll(async () => {
  server = await startNameServer({
    'A both.example.com': [V4, PRIVATE_V4],
    'AAAA both.example.com': [V6],
    'A four.example.com': [V4],
    'AAAA four.example.com': [],
    'A six.example.com': [],
    'AAAA six.example.com': [V6, COMPATIBLE_V6],
    'A half.example.com': [V4],
    'AAAA half.example.com': 'SERVFAIL',
    'A ill.example.com': 'SERVFAIL',
    'AAAA ill.example.com': 'SERVFAIL',
    'A hidden.example.com': [],
    'AAAA hidden.example.com': 'SERVFAIL',
    'A empty.example.com': [],
    'AAAA empty.example.com': [],
  })
  resolve = createResolver([server.address])
})

afterAll(async () => {
  await server.close()
})

describe('resolving', () => {
  it.each([
    ['both.example.com', ['93.184.215.14', '10.0.0.7', '2606:4700::1']],
    ['four.example.com', ['93.184.215.14']],
    ['six.example.com', ['2606:4700::1', '::8.8.8.8']],
    ['half.example.com', ['93.184.215.14']],
    ['empty.example.com', []],
    ['missing.example.com', []],
    ['localhost', []],
    [`${'a'.repeat(64)}.example.com`, []],
    ['a..example.com', []],
  ])('gives all addresses of %s', async (host, addresses) => {
    expect(await resolve(host)).toEqual(addresses)
  })

  it.each(['ill.example.com', 'hidden.example.com'])(
    'throws where nothing could be learned of %s',
    async host => {
      await expect(resolve(host)).rejects.toThrow()
    },
  )

  it('asks for a name as it is, with nothing added', async () => {
    server.asked.length = 0
    await resolve('vault')
    expect(new Set(server.asked)).toEqual(new Set(['A vault', 'AAAA vault']))
  })
})
