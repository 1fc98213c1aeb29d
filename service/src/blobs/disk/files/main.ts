// The entry of the thread that works on small files.
import { answerAsThread } from '../../../ground/thread.ts'
import type { FileOutcome, FileTask } from './task.ts'
import { workThrough } from './work-through.ts'

answerAsThread<FileTask[], FileOutcome[]>(workThrough)
