// The entry of the thread that writes: an engine of its own on the same file, and one group after the other.
import { workerData } from 'node:worker_threads'
import { Refusal } from '../../../ground/errors.ts'
import { answerAsThread } from '../../../ground/thread.ts'
import { openEngine } from '../engine.ts'
import { errcodeOf } from '../trouble.ts'
import { commitNamed } from '../write.ts'
import { createNumbered, type GroupMessage, type PlainError, type ReplyMessage } from './messages.ts'

const engine = openEngine(workerData.file)
const commit = commitNamed(engine)
const stepsOf = createNumbered()

answerAsThread<GroupMessage, ReplyMessage>(
  async message => {
    try {
      const settled = await commit(stepsOf(message))
      return { settled: settled.map(each => ('value' in each ? each.value : plainError(each.error))) }
    } catch (error) {
      return { failed: plainError(error) }
    }
  },
  () => engine.close(),
)

const plainError = (error: unknown): PlainError => ({
  message: error instanceof Error ? error.message : String(error),
  isUnavailable: error instanceof Refusal,
  errcode: errcodeOf(error instanceof Refusal ? error.cause : error),
})
