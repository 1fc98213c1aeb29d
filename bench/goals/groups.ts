// The groups of goals, in the order in which they are measured and shown.
import { measureComplete } from './complete.ts'
import { measureDelivery } from './delivery.ts'
import { measureFlow } from './flow.ts'
import type { Measure } from './goal.ts'
import { measureGrowth } from './growth.ts'
import { measureLists } from './lists.ts'
import { measureLoop } from './loop.ts'
import { measureMemory } from './memory.ts'
import { measureRows } from './rows.ts'
import { measureStart } from './start.ts'
import { measureUploads } from './uploads.ts'

export const GROUPS: Record<string, Measure> = {
  rows: measureRows,
  complete: measureComplete,
  uploads: measureUploads,
  flow: measureFlow,
  delivery: measureDelivery,
  memory: measureMemory,
  start: measureStart,
  loop: measureLoop,
  lists: measureLists,
  growth: measureGrowth,
}
