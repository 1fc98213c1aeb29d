// Commits on this thread while little is written, and once much is, on a thread that does nothing else.
import path from 'node:path'
import { unavailable } from '../../ground/errors.ts'
import type { Settled } from '../../ground/groups.ts'
import { createOnceBusy } from '../../ground/once-busy.ts'
import type { SaveOutcome } from '../../ground/save-outcome.ts'
import { startThread } from '../../ground/thread.ts'
import type { Engine } from './engine.ts'
import { type Commit, commitNamed } from './write.ts'
import {
  createNumbering,
  type GroupMessage,
  type PlainError,
  type ReplyMessage,
  type SettledMessage,
} from './writer/messages.ts'

const ENTRY = new URL(`./writer/main${path.extname(import.meta.url)}`, import.meta.url)

/**
 * A sync of the log takes as long as many reads, and the checkpoint that now and then follows as long as a thousand: on
 * a thread of its own neither holds up anyone but those who wait for it. Where the thread ends by itself, its group is
 * answered `unavailable`, and this one takes over.
 */
export function createCommitApart(engine: Engine, file: string): { commit: Commit; close(): Promise<void> } {
  const here = commitNamed(engine)
  const writer = createOnceBusy(() => startWriter(engine, file))
  return {
    commit: group => (writer.helperFor(group.length)?.commit ?? here)(group),
    close: writer.close,
  }
}

/** The thread has a connection of its own to the engine's file. */
export async function startWriter(engine: Engine, file: string) {
  const { ask, ended, close } = await startThread<GroupMessage, ReplyMessage>(ENTRY, { file })
  const plain = createNumbering()
  const commit: Commit = async group => {
    const reply = await ask(plain(group)).catch(error => Promise.reject(unavailable(error)))
    engine.renew()
    if ('failed' in reply) throw errorFrom(reply.failed)
    return reply.settled.map(settledFrom)
  }
  return { commit, ended, close }
}

const settledFrom = (settled: SettledMessage): Settled<SaveOutcome> =>
  typeof settled === 'string' ? { value: settled } : { error: errorFrom(settled) }

function errorFrom({ message, isUnavailable, errcode }: PlainError): Error {
  const error = Object.assign(new Error(message), errcode === undefined ? {} : { errcode })
  return isUnavailable ? unavailable(error) : error
}
