// One process of a pool: started, asked one question at a time, watched while it answers, ended.
import { type ChildProcess, type ForkOptions, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Reply } from './messages.ts'
import { watchMemory, watchTime } from './process-use.ts'

export interface ProcessLimits {
  /** Of work on one file; by the clock three times as long. */
  timeoutMs: number
  /** Of the whole process while it reads a file. Watched on Linux; elsewhere only JavaScript's own memory is capped. */
  maxMemoryBytes: number
}

export type Outcome<Answer> =
  | { kind: 'answer'; answer: Answer }
  /** The file could not be opened or read. */
  | { kind: 'problem'; message: string }
  /** The process is gone in these. */
  | { kind: 'died' | 'too_slow' | 'too_much_memory' }

export interface PoolProcess<Task, Answer> {
  /** Questions answered so far. */
  readonly answered: number
  /** Resolves when the process is gone, whoever ended it. */
  readonly ended: Promise<void>
  ask(task: Task): Promise<Outcome<Answer>>
  end(): Promise<void>
}

/** A start says nothing about a file, and a busy machine takes its time. */
const START_TIMEOUT_MS = 20_000
/** By the clock a process may take so many times as long as it works. */
const PATIENCE = 3
/** A process that grew beyond this part of its memory would not give it back. */
const HEAVY_PART = 1 / 4

/** What a process may do beyond reading files and loading the image library. */
export interface Rights {
  /** Undefined: it writes nothing. */
  writableFolder?: string
}

/** It may neither start programs nor see our environment. */
const startOptions = ({ writableFolder }: Rights): ForkOptions => ({
  execArgv: [
    '--permission',
    '--allow-fs-read=*',
    ...(writableFolder === undefined ? [] : [`--allow-fs-write=${path.join(writableFolder, '*')}`]),
    '--allow-addons',
    '--max-old-space-size=512',
    '--max-semi-space-size=4',
  ],
  // One file at a time needs one thread beside JavaScript's.
  env: { UV_THREADPOOL_SIZE: '1' },
  // Not our folder, so that it holds on to nothing of ours.
  cwd: path.parse(process.execPath).root,
  stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
})

/** Starts a process and waits until it takes questions. Throws where none can be started. */
export async function startProcess<Task extends object, Answer>(
  entry: URL,
  limits: ProcessLimits & Rights,
): Promise<PoolProcess<Task, Answer>> {
  const child = fork(fileURLToPath(entry), [], startOptions(limits))
  const ended = new Promise<void>(resolve => {
    child.on('exit', () => resolve())
    // Without a process there is no exit to wait for.
    child.on('error', () => child.pid === undefined && resolve())
  })
  const end = () => {
    // Whoever waits for the end must not find the program over before it.
    child.ref()
    child.kill('SIGKILL')
    return ended
  }
  await ready(child, ended).catch(async error => {
    await end()
    throw error
  })
  rest(child)
  let answered = 0
  return {
    get answered() {
      return answered
    },
    ended,
    ask: async task => {
      const outcome = await ask<Answer>({ child, ended, end }, task, limits)
      answered += 1
      return outcome
    },
    end,
  }
}

async function ready(child: ChildProcess, ended: Promise<void>): Promise<void> {
  const giveUp = AbortSignal.timeout(START_TIMEOUT_MS)
  const gone = ended.then(() => {
    throw new Error('a process of the pool ended before it was ready')
  })
  await Promise.race([once(child, 'message', { signal: giveUp }), gone])
}

interface Running {
  child: ChildProcess
  ended: Promise<void>
  end(): Promise<void>
}

async function ask<Answer>(
  { child, ended, end }: Running,
  task: object,
  limits: ProcessLimits,
): Promise<Outcome<Answer>> {
  work(child)
  const overrun = Promise.withResolvers<Outcome<Answer>>()
  const endTime = watchTime(child.pid, { ms: limits.timeoutMs, patience: PATIENCE }, () =>
    overrun.resolve({ kind: 'too_slow' }),
  )
  const endWatch = watchMemory(child.pid, limits.maxMemoryBytes, () =>
    overrun.resolve({ kind: 'too_much_memory' }),
  )
  const answer = Promise.withResolvers<Outcome<Answer>>()
  const onMessage = (message: unknown) => answer.resolve(outcomeOf<Answer>(message))
  child.once('message', onMessage)
  // A process that has just died does not take the question; its exit is the answer.
  child.send(task, () => {})
  const outcome = await Promise.race([
    answer.promise,
    overrun.promise,
    ended.then((): Outcome<Answer> => ({ kind: 'died' })),
  ])
  endTime()
  const memory = endWatch()
  child.off('message', onMessage)
  const isHeavy = memory > limits.maxMemoryBytes * HEAVY_PART
  if (isHeavy || (outcome.kind !== 'answer' && outcome.kind !== 'problem')) await end()
  else rest(child)
  return outcome
}

function outcomeOf<Answer>(message: unknown): Outcome<Answer> {
  const reply = message as Reply<Answer> // our own program says nothing else once it is ready
  return 'answer' in reply
    ? { kind: 'answer', answer: reply.answer }
    : { kind: 'problem', message: reply.problem }
}

/** A waiting process does not keep the service from ending; one that was asked does. */
function rest(child: ChildProcess): void {
  child.unref()
  child.channel?.unref()
}

function work(child: ChildProcess): void {
  child.ref()
  child.channel?.ref()
}
