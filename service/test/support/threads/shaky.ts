// A thread that does as it is told: doubles, fails, or ends.
import { answerAsThread } from '../../../src/ground/thread.ts'

answerAsThread<{ double: number } | 'throw' | 'end', number>(message => {
  if (message === 'throw') throw new Error('as it was told')
  if (message === 'end') process.exit()
  return message.double * 2
})
