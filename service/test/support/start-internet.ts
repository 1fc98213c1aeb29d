// An internet in small: a stranger with a certificate, an authority that signed it, names, and a remote to fetch by.
import { createRemote, type RemoteWorld, type StreamingRemote } from '../../src/remote/create-remote.ts'
import { isPublicAddress } from '../../src/remote/public-address.ts'
import { SECRET_PATH } from './fetch-failure-of.ts'
import { type Stranger, type StrangerAnswer, startStranger } from './start-stranger.ts'
import { createTestCa, type TestCa } from './test-ca.ts'

/** Where names lead, in place of DNS; every other name leads to the stranger. On 127.0.0.9 nobody listens. */
const PLACES: Record<string, string[]> = {
  'inside.files.example.com': ['10.0.0.7'],
  'mixed.files.example.com': ['127.0.0.1', '10.0.0.7'],
  'down.files.example.com': ['127.0.0.9'],
  'half-down.files.example.com': ['127.0.0.9', '127.0.0.1'],
}

export interface Internet {
  ca: TestCa
  stranger: Stranger
  /** What the stranger answers from now on. */
  answer: StrangerAnswer
  /** What to give a service in place of the internet, and the setting that goes with it. */
  world: Partial<RemoteWorld>
  environment: Record<string, string>
  /** A remote for which 127.0.0.1 and 127.0.0.9 stand for public addresses. */
  remote(world?: Partial<RemoteWorld>, hostAllowlist?: string[]): StreamingRemote
  /** The stranger's URL under a name; it has certificates for files.example.com and mirror.example.net. */
  url(host?: string, path?: string): string
  close(): Promise<void>
}

export async function startInternet(): Promise<Internet> {
  const ca = await createTestCa()
  const certificate = await ca.issue('files.example.com', '*.files.example.com', 'mirror.example.net')
  const stranger = await startStranger(certificate, (request, response) => internet.answer(request, response))
  const world: Partial<RemoteWorld> = {
    ca: ca.ca,
    resolve: async host => PLACES[host] ?? ['127.0.0.1'],
    isPublic: address => ['127.0.0.1', '127.0.0.9'].includes(address) || isPublicAddress(address),
  }
  const internet: Internet = {
    ca,
    stranger,
    answer: (_request, response) => response.end(),
    world,
    environment: { FETCH_PORTS: `443,${stranger.port}` },
    remote: (over = {}, hostAllowlist = []) =>
      createRemote({ ports: [stranger.port, 443], hostAllowlist }, { ...world, ...over }),
    url: (host = 'files.example.com', path = SECRET_PATH) => `https://${host}:${stranger.port}${path}`,
    close: async () => {
      await stranger.close()
      await ca.close()
    },
  }
  return internet
}
