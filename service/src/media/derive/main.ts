// The entry of a deriving process.
import { answerTasks } from '../pool/answer-tasks.ts'
import { derive } from './derive.ts'
import type { Derived, DeriveTask } from './task.ts'

answerTasks<DeriveTask, Derived>(derive)
