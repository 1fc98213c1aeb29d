// The entry of a probe process: answers one question at a time about files that strangers sent.
import type { ProbeAnswer, ProbeTask } from '../pool/messages.ts'
import { inspect } from './inspect.ts'

const answer = async ({ type, path, maxPixels }: ProbeTask): Promise<ProbeAnswer> => {
  try {
    return { facts: await inspect(type, path, maxPixels) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

const say = (message: ProbeAnswer | 'ready'): void => {
  // The one who asked may be gone by now.
  if (process.connected) process.send?.(message)
}

process.on('message', async (task: ProbeTask) => say(await answer(task)))
process.on('disconnect', () => process.exit())
// Ctrl-C and a service manager's stop reach every process of the group; the service lets probes finish.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
say('ready')
