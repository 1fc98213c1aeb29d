// Starting what is measured, each in a process of its own with a folder of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Contestant {
  origin: string
  pid: number
  folder: string
  /** From the call to the line that says where it listens. */
  startedMs: number
  /** Ends the process as a service manager does. */
  stop(): Promise<void>
  /** Ends the process and removes its folder. */
  close(): Promise<void>
}

export interface Start {
  /** Arguments for Node. */
  args: string[]
  environment?: Record<string, string>
  /** Its first group is the origin. */
  listens?: RegExp
  /** One that exists; else a fresh one is made and removed. */
  folder?: string
}

const LISTENS = /listening on (\S+)/
const START_MS = 120_000
const LOOK_MS = 5

/** Where the measured disk is: beside the repository's files, since the system's own temporary folder may be memory. */
export const PLACE = path.join(import.meta.dirname, '..', 'node_modules')

/** Its name says whose it is, so that what a run leaves that was killed can be told from what another one uses. */
export const freshFolder = (): Promise<string> => mkdtemp(path.join(PLACE, `.bench-${process.pid}-`))

/** Removes what runs have left that are no more. */
export async function removeLeftFolders(): Promise<void> {
  for (const name of await readdir(PLACE)) {
    const pid = /^\.bench-(\d+)-/.exec(name)?.[1]
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      await rm(path.join(PLACE, name), { recursive: true, force: true })
  }
}

/** What it prints goes to a file, as an operator's logs do, so that reading it costs nobody anything. */
export async function start({
  args,
  environment = {},
  listens = LISTENS,
  folder,
}: Start): Promise<Contestant> {
  const own = folder ?? (await freshFolder())
  const log = `${own}.log`
  const began = performance.now()
  const output = openSync(log, 'w')
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, FOLDER: own, DATA_DIR: own, ...environment },
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  const exited = once(child, 'exit').then(() => process.off('exit', killWithUs))
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
  }
  const close = async () => {
    child.kill('SIGKILL')
    await exited
    await rm(log, { force: true })
    if (folder === undefined) await rm(own, { recursive: true, force: true })
  }
  for (;;) {
    const said = await readFile(log, 'utf8')
    const [, origin] = listens.exec(said) ?? []
    if (origin !== undefined)
      return { origin, pid: child.pid ?? 0, folder: own, startedMs: performance.now() - began, stop, close }
    if (child.exitCode !== null || performance.now() - began > START_MS) {
      await close()
      throw new Error(`${args.join(' ')} did not start:\n${said}`)
    }
    await delay(LOOK_MS)
  }
}

const here = (file: string): string => path.join(import.meta.dirname, file)

export const startBarePut = () => start({ args: [here('bare-put.ts')] })
export const startBareRows = () => start({ args: [here('bare-rows.ts')] })
/** `name` is a file of `rivals/`. */
export const startRival = (name: string) => start({ args: [here(`../rivals/${name}.js`)] })
