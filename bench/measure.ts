// Goals measured group by group, printed as one table, and kept as a page where all of them were.
import { parseArgs } from 'node:util'
import type { Effort, Goal, Measure } from './goals/goal.ts'
import { GROUPS } from './goals/groups.ts'
import { PAGE, writePage } from './page/performance-page.ts'
import { asText } from './page/table.ts'
import { wholeNumber } from './whole-number.ts'

/** `--rounds N --seconds N --markdown`; no names mean all groups. Ends with 1 where one could not be measured. */
export async function runMeasure(names: string[], args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      markdown: { type: 'boolean', default: false },
    },
  })
  const effort: Effort = {
    rounds: wholeNumber('--rounds', values.rounds),
    seconds: wholeNumber('--seconds', values.seconds),
  }
  const chosen = Object.entries(GROUPS).filter(([name]) => names.length === 0 || names.includes(name))
  const { goals, failed } = await measureEach(chosen, effort)
  console.log(asText(goals))
  for (const name of failed) console.error(`${name} could not be measured`)
  const isWhole = names.length === 0 && failed.length === 0
  if (isWhole || values.markdown) {
    await writePage(goals, effort)
    console.log(`written to ${PAGE}`)
  }
  if (failed.length > 0) process.exitCode = 1
}

/** One that fails does not cost the others what they have found. */
async function measureEach(groups: [string, Measure][], effort: Effort) {
  const goals: Goal[] = []
  const failed: string[] = []
  for (const [name, measure] of groups) {
    const began = performance.now()
    try {
      goals.push(...(await measure(effort)))
      console.error(`${name}: ${Math.round((performance.now() - began) / 1000)} s`)
    } catch (error) {
      console.error(error)
      failed.push(name)
    }
  }
  return { goals, failed }
}
