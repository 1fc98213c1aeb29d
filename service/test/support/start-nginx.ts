// Debian's nginx with the configuration of deploy/, of which only addresses and folders are changed.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { REPOSITORY } from './start-process.ts'
import { createTestCa } from './test-ca.ts'

const NGINX = '/usr/sbin/nginx'

export interface Nginx {
  /** `https://localhost:PORT` */
  origin: string
  /** `http://localhost:PORT` */
  plainOrigin: string
  /** What its clients trust, in PEM. */
  ca: string
  /** Has it take another certificate of the same authority, without an end of what it does. */
  renew(): Promise<void>
  /** What its two logs have so far. */
  logs(): Promise<{ access: string; error: string }>
  close(): Promise<void>
}

export interface NginxPlace {
  /** The ports of two nodes on this machine. */
  nodes: [number, number]
  /** Where files lie that the nodes only point to. */
  blobs: string
  /** The port for TLS, where it must be known before. */
  port?: number
}

export async function startNginx(place: NginxPlace): Promise<Nginx> {
  if (!existsSync(NGINX))
    throw new Error(`${NGINX} is missing: install Debian's nginx, which these tests put in front`)
  const folder = await mkdtemp(path.join(tmpdir(), 'nginx-'))
  const at = (name: string) => path.join(folder, name)
  const [port, plainPort, authority] = [
    place.port ?? (await freePort()),
    await freePort(),
    await createTestCa(),
  ]
  const writeCertificate = async () => {
    const { key, cert } = await authority.issue('localhost')
    await Promise.all([writeFile(at('key.pem'), key), writeFile(at('cert.pem'), cert)])
  }
  await writeCertificate()
  await mkdir(at('temp'))
  await writeFile(at('nginx.conf'), await shippedFor(place, { port, plainPort, at }))
  const asWho = process.getuid?.() === 0 ? 'user root; ' : '' // the service's own user
  const globals = `${asWho}daemon off; pid ${at('pid')};`
  const nginx = spawn(NGINX, ['-p', folder, '-e', at('error.log'), '-c', at('nginx.conf'), '-g', globals], {
    stdio: 'ignore',
  })
  const ended = new Promise(resolve => nginx.once('exit', resolve))
  const read = (name: string) => readFile(at(name), 'utf8').catch(() => '')
  const close = async () => {
    nginx.kill('SIGTERM')
    await ended
    await authority.close()
    await rm(folder, { recursive: true, force: true })
  }
  await listening(port).catch(async error => {
    const said = await read('error.log')
    await close()
    throw new Error(said, { cause: error })
  })
  return {
    origin: `https://localhost:${port}`,
    plainOrigin: `http://localhost:${plainPort}`,
    ca: authority.ca,
    renew: async () => {
      await writeCertificate()
      nginx.kill('SIGHUP')
    },
    logs: async () => ({ access: await read('access.log'), error: await read('error.log') }),
    close,
  }
}

/** Every change must find what it changes, so that what is tried stays what is shipped. */
async function shippedFor(
  { nodes, blobs }: NginxPlace,
  { port, plainPort, at }: { port: number; plainPort: number; at: (name: string) => string },
): Promise<string> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(name => `    ${name}_temp_path ${at('temp')}/${name};\n`)
    .join('')
  const changes: [string, string][] = [
    ['herbarium-1:8787', `127.0.0.1:${nodes[0]}`],
    ['herbarium-2:8787', `127.0.0.1:${nodes[1]}`],
    ['listen 80;', `listen 127.0.0.1:${plainPort};`],
    ['listen 443 ', `listen 127.0.0.1:${port} `],
    ['garage:3900', '127.0.0.1:9'],
    ['/etc/nginx/tls/fullchain.pem', at('cert.pem')],
    ['/etc/nginx/tls/privkey.pem', at('key.pem')],
    ['/var/log/nginx/access.log', at('access.log')],
    ['/var/lib/herbarium/blobs/', `${blobs}/`],
    ['http {\n', `http {\n${temporary}`],
  ]
  const shipped = await readFile(path.join(REPOSITORY, 'deploy/nginx.conf'), 'utf8')
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`deploy/nginx.conf has no "${from}"`)
    return text.replaceAll(from, to)
  }, shipped)
}

async function listening(port: number): Promise<void> {
  for (let n = 0; n < 100; n++) {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    const isOpen = await promise
    socket.destroy()
    if (isOpen) return
    await delay(50)
  }
  throw new Error('nginx did not begin to listen within 5 s')
}
