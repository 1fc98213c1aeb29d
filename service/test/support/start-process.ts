// The real program in a process of its own: what `npm start` runs, watched from outside.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { folderMustHoldNoSecret, mustHoldNoSecret } from './no-secrets.ts'

/** The clone's root: where an operator stands when typing a command. */
export const REPOSITORY = path.join(import.meta.dirname, '../../..')
export const LAUNCHER = path.join(REPOSITORY, 'service/bin/herbarium.js')
const READY_WITHIN_MS = 20_000

export type Environment = Record<string, string | undefined>

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A process with what it has said so far. */
export interface Watched {
  child: ChildProcess
  pid: number
  stdout(): string
  stderr(): string
  /** Resolves when the process has ended and everything it said has been read. */
  exited: Promise<Exit>
  /** Resolves with the match once stdout has it; rejects when the process ends or time runs out before. */
  saysOnStdout(pattern: RegExp): Promise<RegExpExecArray>
}

export interface RunningProcess extends Watched {
  dataDir: string
  /** `http://127.0.0.1:PORT`, as the banner says. */
  origin: string
  /** From the call to the banner. */
  readyMs: number
  /**
   * Ends the process, as hard as it takes, and removes the data folder if it was made here. Throws where it has said, or
   * the rows of that folder hold, what must lie nowhere.
   */
  close(): Promise<void>
}

/**
 * Only what a shell needs, and what the test sets: the developer's own variables stay outside. The tests start the
 * program a hundred times, so Node keeps what it compiled.
 */
export const cleanEnvironment = (environment: Environment): Environment => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  NODE_COMPILE_CACHE: path.join(tmpdir(), 'herbarium-compile-cache'),
  ...environment,
})

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'herbarium-'))
}

export function watch(command: string, args: string[], options: SpawnOptions): Watched {
  const child = spawn(command, args, { cwd: REPOSITORY, ...options, stdio: ['pipe', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  exited.catch(() => undefined) // whoever waits for the end is told
  return {
    child,
    pid: child.pid ?? 0,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    exited,
    saysOnStdout: async pattern => {
      const gaveUp = AbortSignal.timeout(READY_WITHIN_MS)
      const ended = exited.then(exit => `ended with ${exit.code ?? exit.signal}`)
      for (;;) {
        const match = pattern.exec(said.stdout)
        if (match !== null) return match
        const next = await Promise.race([ended, once(child.stdout, 'data', gaveUp)])
        if (next !== undefined && !pattern.test(said.stdout))
          throw new Error(`${command} ${next} before it said ${pattern}:\n${said.stdout}\n${said.stderr}`)
      }
    },
  }
}

/** Resolves with nothing at the next event, or with words when there was none in time. */
function once(stream: NodeJS.ReadableStream | null, event: string, gaveUp: AbortSignal) {
  return new Promise<string | undefined>(resolve => {
    stream?.once(event, () => resolve(undefined))
    gaveUp.addEventListener('abort', () => resolve('took too long'), { once: true })
  })
}

/**
 * Spawns `herbarium serve` on a free port, without waiting for anything. `under` is a command that runs it in the same
 * process, such as `prlimit` with its options.
 */
export function spawnServer(
  dataDir: string,
  environment: Environment = {},
  { under = [], options = [] }: { under?: string[]; options?: string[] } = {},
): Watched {
  const [command = '', ...args] = [...under, process.execPath, LAUNCHER, 'serve', ...options]
  return watch(command, args, {
    env: cleanEnvironment({ PORT: '0', LOG_LEVEL: 'warn', DATA_DIR: dataDir, ...environment }),
  })
}

/** Starts the server and resolves once it has said where it listens. */
export async function startProcess(
  options: { dataDir?: string; environment?: Environment; under?: string[]; options?: string[] } = {},
): Promise<RunningProcess> {
  const startedAt = performance.now()
  const dataDir = options.dataDir ?? (await temporaryFolder())
  const server = spawnServer(dataDir, options.environment, options)
  const close = async () => {
    server.child.kill('SIGKILL')
    await server.exited
    mustHoldNoSecret('what the server said', server.stdout() + server.stderr())
    if (options.dataDir !== undefined) return // whoever made it may go on with it, exactly as it was left
    folderMustHoldNoSecret(dataDir)
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    const [, base = ''] = await server.saysOnStdout(/API base +(\S+)\/api\/v1\n/)
    return { ...server, dataDir, origin: base, readyMs: performance.now() - startedAt, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Starts `herbarium work` and resolves once it says that it works. */
export async function startWorker(dataDir: string, environment: Environment = {}): Promise<Watched> {
  const worker = watch(process.execPath, [LAUNCHER, 'work'], {
    env: cleanEnvironment({ LOG_LEVEL: 'warn', DATA_DIR: dataDir, ...environment }),
  })
  await worker.saysOnStdout(/is at work/)
  return worker
}
