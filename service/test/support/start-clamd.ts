// The real clamd on a port of its own, with one signature written by hand.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'

const CLAMD = '/usr/sbin/clamd'
/** The EICAR test file's text, in hex so that no scanner takes this file for it. */
const EICAR =
  '58354f2150254041505b345c505a58353428505e2937434329377d2445494341522d5354414e444152442d414e544956495255532d544553542d46494c452124482b482a'

export const eicar = (): Buffer => Buffer.from(EICAR, 'hex')

export interface Clamd {
  port: number
  /** As CLAMAV_URL names it. */
  url: string
  close(): Promise<void>
}

export async function startClamd(options: { maxStreamBytes?: number; port?: number } = {}): Promise<Clamd> {
  if (!existsSync(CLAMD))
    throw new Error(`${CLAMD} is missing: install Debian's clamav-daemon, which these tests scan with`)
  const folder = await mkdtemp(path.join(tmpdir(), 'clamd-'))
  const port = options.port ?? (await freePort())
  await writeFile(path.join(folder, 'test.ndb'), `Eicar-Test:0:*:${EICAR}\n`)
  const settings = {
    Foreground: 'yes',
    TCPSocket: port,
    TCPAddr: '127.0.0.1',
    DatabaseDirectory: folder,
    StreamMaxLength: options.maxStreamBytes ?? 100_000_000,
    TemporaryDirectory: folder,
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`)
  await writeFile(path.join(folder, 'clamd.conf'), lines.join(''))
  const clamd = spawn(CLAMD, ['--config-file', path.join(folder, 'clamd.conf')], { stdio: 'ignore' })
  const ended = new Promise(resolve => clamd.once('exit', resolve))
  await listening(port)
  return {
    port,
    url: `tcp://127.0.0.1:${port}`,
    close: async () => {
      clamd.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function listening(port: number): Promise<void> {
  for (let n = 0; n < 200; n++) {
    if (await isOpen(port)) return
    await delay(50)
  }
  throw new Error('clamd did not begin to listen within 10 s')
}

function isOpen(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host: '127.0.0.1', port })
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
