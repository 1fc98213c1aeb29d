// A thread that is asked one thing at a time, and the other end of it.
import { parentPort, type Transferable, Worker } from 'node:worker_threads'

export interface Thread<Ask, Answer> {
  /** Rejects once the thread is gone; whether it had done what it was asked is not known then. One at a time. */
  ask(message: Ask, given?: Transferable[]): Promise<Answer>
  /** Resolves when it is gone, whoever ended it. */
  ended: Promise<void>
  close(): Promise<void>
}

const READY = 'ready'
const END = 'end'

/** What threads hold lives no longer than one answer. */
const YOUNG_MIB = 4

/** Throws where the thread cannot be started. It keeps no program alive but while it is asked. */
export async function startThread<Ask, Answer>(
  entry: URL,
  workerData?: unknown,
): Promise<Thread<Ask, Answer>> {
  const worker = new Worker(entry, {
    workerData,
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  })
  const { next, ended } = listen<Answer>(worker)
  await next()
  worker.unref()
  return {
    ask: async (message, given) => {
      worker.ref()
      worker.postMessage(message, given)
      const answer = await next()
      worker.unref()
      return answer
    },
    ended,
    close: async () => {
      worker.ref()
      worker.postMessage(END)
      await ended
    },
  }
}

function listen<Answer>(worker: Worker) {
  let waiting: PromiseWithResolvers<Answer> | undefined
  let end: { error: unknown } | undefined
  const ended = new Promise<void>(resolve => {
    const finish = (error: unknown) => {
      end ??= { error }
      waiting?.reject(end.error)
      resolve()
    }
    worker.on('error', finish)
    worker.on('exit', () => finish(new Error('a thread of the service has ended')))
  })
  worker.on('message', message => waiting?.resolve(message))
  const next = (): Promise<Answer> => {
    if (end !== undefined) return Promise.reject(end.error)
    waiting = Promise.withResolvers<Answer>()
    return waiting.promise
  }
  return { next, ended }
}

/** The work of a thread, one message after the other. `act` answers for whatever fails; what it throws ends the thread. */
export function answerAsThread<Ask, Answer>(
  act: (message: Ask) => Answer | Promise<Answer>,
  close: () => void = () => undefined,
): void {
  const handle = async (message: Ask | typeof END) => {
    if (message !== END) return parentPort?.postMessage(await act(message))
    close()
    parentPort?.close()
  }
  let before: Promise<unknown> = Promise.resolve()
  parentPort?.on('message', message => {
    before = before.then(() => handle(message))
  })
  parentPort?.postMessage(READY)
}
