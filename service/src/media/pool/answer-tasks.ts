// The work of a process in a pool: it answers one question at a time about files that strangers sent.
import type { Reply } from './messages.ts'

/** `act` throws only where a file could not be opened, read or written. */
export function answerTasks<Task, Answer>(act: (task: Task) => Promise<Answer>): void {
  const reply = (task: Task): Promise<Reply<Answer>> =>
    act(task).then(
      answer => ({ answer }),
      error => ({ problem: error instanceof Error ? error.message : String(error) }),
    )
  process.on('message', async (task: Task) => say(await reply(task)))
  process.on('disconnect', () => process.exit())
  // Ctrl-C and a service manager's stop reach every process of the group; the service lets these finish.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  say('ready')
}

function say(message: Reply<unknown> | 'ready'): void {
  // The one who asked may be gone by now.
  if (process.connected) process.send?.(message)
}
