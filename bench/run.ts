// `npm run bench`: measures every goal; `npm run bench -- NAME OPTIONS`: one group of them, or one of the long harnesses.
import { existsSync } from 'node:fs'
import { PLACE, removeLeftFolders } from './contestants/start.ts'
import { runCrash } from './crash.ts'
import { runEvents } from './events.ts'
import { GROUPS } from './goals/groups.ts'
import { runMeasure } from './measure.ts'
import { runModelBench } from './model.ts'
import { runProfile } from './profile.ts'
import { runSoak } from './soak.ts'

type Bench = (args: string[]) => Promise<void>

/** What the tests' own packages suffice for. */
const HARNESSES: Record<string, Bench> = { crash: runCrash, model: runModelBench }
const MEASUREMENTS: Record<string, Bench> = { profile: runProfile, soak: runSoak, events: runEvents }

const [names, args] = namesAndOptions(process.argv.slice(2))
const bench = benchOf(names)
if (bench === undefined) {
  const known = [GROUPS, MEASUREMENTS, HARNESSES].flatMap(Object.keys)
  console.error(`usage: npm run bench [-- ${known.join('|')}] [OPTIONS] (bench/README.md)`)
  process.exit(2)
}
if (!names.some(name => name in HARNESSES)) await prepareToMeasure()
await bench(args)

/** `profile` takes a name too, which is an option of its own. */
function namesAndOptions(all: string[]): [string[], string[]] {
  const first = all.findIndex((text, n) => text.startsWith('-') || (n > 0 && all[0] === 'profile'))
  return first === -1 ? [all, []] : [all.slice(0, first), all.slice(first)]
}

/** None are all groups; of groups there may be several. */
function benchOf(names: string[]): Bench | undefined {
  if (names.every(name => name in GROUPS)) return args => runMeasure(names, args)
  const [name = '', ...others] = names
  return others.length > 0 ? undefined : (HARNESSES[name] ?? MEASUREMENTS[name])
}

async function prepareToMeasure(): Promise<void> {
  if (!existsSync(PLACE)) {
    console.error('What is measured beside us is not installed: run npm ci --prefix bench')
    process.exit(2)
  }
  await removeLeftFolders()
  // So that what runs beside us ends with us.
  process.on('SIGINT', () => process.exit(130)).on('SIGTERM', () => process.exit(143))
}
