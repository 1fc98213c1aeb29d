// The entry of a probe process.
import type { MediaFacts } from '../../assets/media-facts.ts'
import { answerTasks } from '../pool/answer-tasks.ts'
import { inspect } from './inspect.ts'
import type { ProbeTask } from './task.ts'

answerTasks<ProbeTask, MediaFacts>(({ type, path, maxPixels }) => inspect(type, path, maxPixels))
