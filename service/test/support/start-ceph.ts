// A real S3 server: Ceph with one monitor, one OSD in memory and its gateway, on ports of its own, in a folder of its own.
import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

const run = promisify(execFile)
const PACKAGES = 'radosgw ceph-mon ceph-osd ceph-mgr ceph-common'
const PROGRAMS = ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph', 'radosgw-admin'].map(name => `/usr/bin/${name}`)
const START_TRIES = 240
const STEP_MS = 250

/** What a client needs to know of it; plain data, so that it can be handed to another process. */
export interface CephPlace {
  endpoint: string
  accessKeyId: string
  secretAccessKey: string
  /** Where its daemons keep everything. */
  folder: string
}

export interface Ceph extends CephPlace {
  close(): Promise<void>
}

export async function startCeph(): Promise<Ceph> {
  const missing = PROGRAMS.filter(program => !existsSync(program))
  if (missing.length > 0)
    throw new Error(`${missing.join(', ')} missing: install Debian's ${PACKAGES}, which these tests store in`)
  const folder = await mkdtemp(path.join(tmpdir(), 'ceph-'))
  const close = watchOver(folder)
  try {
    const port = await freePort()
    await startCluster(folder)
    await addGateway(folder, 'a', port)
    await startDaemon(folder, 'radosgw', '-n', 'client.rgw.a')
    const endpoint = `http://127.0.0.1:${port}`
    await answering(endpoint)
    const keys = { accessKeyId: 'TESTKEY', secretAccessKey: randomUUID() }
    await createUser(folder, keys)
    return { endpoint, ...keys, folder, close }
  } catch (error) {
    await close()
    throw error
  }
}

export interface Gateway {
  endpoint: string
  /** Ends it as a power cut does. */
  kill(): Promise<void>
  /** It takes connections and answers nothing. */
  pause(): void
  goOn(): void
  /** After `kill`: the same address. */
  start(): Promise<void>
  /** Ends it, if it runs. */
  close(): Promise<void>
}

/** One more way into the same store, for tests that take it away. */
export async function startGateway({ folder }: CephPlace): Promise<Gateway> {
  const port = await freePort()
  const name = `g${port}`
  const endpoint = `http://127.0.0.1:${port}`
  const pidFile = path.join(folder, 'run', `client.rgw.${name}.pid`)
  const signal = async (what: NodeJS.Signals) => process.kill(Number(await readFile(pidFile, 'utf8')), what)
  await addGateway(folder, name, port)
  const start = async () => {
    await startDaemon(folder, 'radosgw', '-n', `client.rgw.${name}`)
    await answering(endpoint)
  }
  const pid = async () => Number(await readFile(pidFile, 'utf8').catch(() => '0'))
  await start()
  let current = await pid()
  return {
    endpoint,
    kill: async () => {
      await signal('SIGKILL')
      await ended(current)
    },
    pause: () => process.kill(current, 'SIGSTOP'),
    goOn: () => process.kill(current, 'SIGCONT'),
    start: async () => {
      await start()
      current = await pid()
    },
    close: () => stopByPid(current),
  }
}

async function startCluster(folder: string): Promise<void> {
  for (const part of ['run', 'log', 'mon', 'osd0', 'rgw']) await mkdir(path.join(folder, part))
  const fsid = randomUUID()
  const address = `[v2:127.0.0.1:${await freePort()}]`
  await writeFile(path.join(folder, 'ceph.conf'), confOf(folder, { fsid, address }))
  await makeKeys(path.join(folder, 'keyring'))
  const map = path.join(folder, 'monmap')
  await run('monmaptool', ['--create', '--fsid', fsid, '--addv', 'a', address, map])
  const keyring = path.join(folder, 'keyring')
  await ceph(folder, 'ceph-mon', '--mkfs', '-i', 'a', '--monmap', map, '--keyring', keyring)
  await startDaemon(folder, 'ceph-mon', '-i', 'a')
  const osd = randomUUID()
  await ceph(folder, 'ceph', 'osd', 'new', osd)
  await ceph(folder, 'ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osd)
  await ceph(folder, 'ceph', 'osd', 'crush', 'add', 'osd.0', '1', 'root=default', 'host=h0')
  await startDaemon(folder, 'ceph-osd', '-i', '0')
}

const confOf = (folder: string, { fsid, address }: { fsid: string; address: string }): string => `[global]
fsid = ${fsid}
mon host = ${address}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
keyring = ${folder}/keyring
run dir = ${folder}/run
crash dir = ${folder}
admin socket = ${folder}/run/$name.asok
pid file = ${folder}/run/$name.pid
log file = ${folder}/log/$name.log
mon warn on insecure global id reclaim allowed = false
mon allow pool size one = true
mon data avail crit = 1
mon max pg per osd = 1000
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
osd client watch timeout = 2
osd default notify timeout = 2
memstore device bytes = 4294967296
[mon.a]
mon data = ${folder}/mon
[osd.0]
osd data = ${folder}/osd0
`

async function makeKeys(keyring: string): Promise<void> {
  const all = ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow *']
  await run('ceph-authtool', ['-C', keyring, '--gen-key', '-n', 'mon.', ...all])
  await run('ceph-authtool', [keyring, '--gen-key', '-n', 'client.admin', ...all])
  await run('ceph-authtool', [keyring, '--gen-key', '-n', 'osd.0', ...all])
}

/** Every gateway has a section of its own, and the administrator's rights. */
async function addGateway(folder: string, name: string, port: number): Promise<void> {
  const keyring = path.join(folder, `${name}.keyring`)
  await ceph(
    folder,
    'ceph',
    'auth',
    'get-or-create',
    `client.rgw.${name}`,
    'mon',
    'allow *',
    'osd',
    'allow *',
    '-o',
    keyring,
  )
  await appendFile(
    path.join(folder, 'ceph.conf'),
    `[client.rgw.${name}]
keyring = ${keyring}
rgw data = ${folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:${port}
rgw gc processor period = 5
`,
  )
}

const createUser = (folder: string, keys: { accessKeyId: string; secretAccessKey: string }) =>
  ceph(
    folder,
    'radosgw-admin',
    'user',
    'create',
    '--uid=test',
    '--display-name=test',
    '--max-buckets=0',
    `--access-key=${keys.accessKeyId}`,
    `--secret-key=${keys.secretAccessKey}`,
  )

const ceph = (folder: string, program: string, ...args: string[]) =>
  run(program, ['-c', path.join(folder, 'ceph.conf'), ...args], { timeout: 60_000 })

/** A daemon goes to the background by itself: whoever waits for its output would wait for its end. */
async function startDaemon(folder: string, program: string, ...args: string[]): Promise<void> {
  const child = spawn(program, ['-c', path.join(folder, 'ceph.conf'), ...args], { stdio: 'ignore' })
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('exit', resolve).once('error', reject),
  )
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: see ${folder}/log`)
}

async function answering(endpoint: string): Promise<void> {
  for (let n = 0; n < START_TRIES; n++) {
    const answer = await fetch(endpoint).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return
    await delay(STEP_MS)
  }
  throw new Error(`the gateway at ${endpoint} does not answer`)
}

const STOP = 'cat >/dev/null; for f in run/*.pid; do kill -9 $(cat $f); done; sleep 0.2; rm -rf "$PWD"'

/** Daemons outlive whoever started them: a shell waits for the end of this process, however it comes, and ends them. */
function watchOver(folder: string): () => Promise<void> {
  const guard = spawn('sh', ['-c', STOP], {
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const over = new Promise(resolve => guard.once('exit', resolve))
  return async () => {
    guard.stdin.end()
    await over
  }
}

async function stopByPid(pid: number): Promise<void> {
  if (!(pid > 0)) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    return // it had ended
  }
  await ended(pid)
}

async function ended(pid: number): Promise<void> {
  for (let n = 0; n < START_TRIES; n++) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await delay(STEP_MS / 5)
  }
}
