// Keeps a fixed few processes that open files: lazily started, reused, renewed after many files, ended when idle.
import { createTurns, type Load } from '../../ground/turns.ts'
import {
  type Outcome,
  type PoolProcess,
  type ProcessLimits,
  type Rights,
  startProcess,
} from './pool-process.ts'

export interface PoolOptions extends ProcessLimits, Rights {
  /** At once; whoever comes when all are busy waits in line. */
  processes: number
  /** A process is replaced after this many. */
  filesPerProcess: number
  /** A process that nobody asked for this long is ended. */
  idleMs: number
  /** The program of each process. */
  entry: URL
}

export interface ProcessPool<Task, Answer> {
  /** Waits its turn, then asks. Throws where no process can be started, and once the pool is closed. */
  ask(task: Task): Promise<Outcome<Answer>>
  load(): Load
  /** Ends every process; whoever waits is told that the pool is closed. */
  close(): Promise<void>
}

export function openProcessPool<Task extends object, Answer>(
  options: PoolOptions,
): ProcessPool<Task, Answer> {
  type Process = PoolProcess<Task, Answer>
  const turns = createTurns(options.processes, closedError)
  const running = new Set<Process>()
  const resting = new Map<Process, NodeJS.Timeout>()
  const starting = new Set<Promise<unknown>>()
  let isClosed = false

  const start = async () => {
    const process = await startProcess<Task, Answer>(options.entry, options)
    running.add(process)
    void process.ended.then(() => {
      clearTimeout(resting.get(process))
      resting.delete(process)
      running.delete(process)
    })
    if (!isClosed) return process
    await process.end()
    throw closedError()
  }
  const fresh = () => {
    const started = start()
    starting.add(started)
    return started.finally(() => starting.delete(started))
  }
  /** The one that rested last, so that the others come to their end. */
  const rested = () => {
    const [process, idleEnd] = [...resting].at(-1) ?? []
    if (process === undefined) return undefined
    clearTimeout(idleEnd)
    resting.delete(process)
    return process
  }
  const giveBack = async (process: Process) => {
    if (!running.has(process)) return
    if (isClosed || process.answered >= options.filesPerProcess) await process.end()
    else resting.set(process, setTimeout(() => void process.end(), options.idleMs).unref())
  }
  const askIt = async (process: Process, task: Task) => {
    const outcome = await process.ask(task)
    await giveBack(process)
    // Closing ends processes too, which is no fault of a file.
    if (isClosed && outcome.kind !== 'answer') throw closedError()
    return outcome
  }
  return {
    ask: task =>
      turns.take(async () => {
        const used = rested()
        if (used === undefined) return askIt(await fresh(), task)
        const outcome = await askIt(used, task)
        // What earlier files left in a process may have brought it down: only a fresh one's end counts.
        const isDoubtful = outcome.kind === 'died' || outcome.kind === 'too_much_memory'
        return isDoubtful ? askIt(await fresh(), task) : outcome
      }),
    load: turns.load,
    close: async () => {
      isClosed = true
      turns.close()
      await Promise.all([...running].map(process => process.end()))
      await Promise.allSettled(starting)
    },
  }
}

const closedError = (): Error => new Error('the pool of processes is closed')
