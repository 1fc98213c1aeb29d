// A thread that does as it is told, after a while: doubles, fails, or ends.
import { setTimeout as delay } from 'node:timers/promises'
import { answerAsThread } from '../../../src/ground/thread.ts'

answerAsThread<{ double: number } | 'throw' | 'exit', number>(async message => {
  await delay(10)
  if (message === 'throw') throw new Error('as it was told')
  if (message === 'exit') process.exit()
  return message.double * 2
})
