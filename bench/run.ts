// `npm run bench`: measures every goal; `npm run bench -- NAME OPTIONS`: one group of them, or one of the long harnesses.
import { existsSync } from 'node:fs'
import { PLACE, removeLeftFolders } from './contestants/start.ts'
import { runCrash } from './crash.ts'
import { GROUPS } from './goals/groups.ts'
import { runMeasure } from './measure.ts'
import { runModelBench } from './model.ts'
import { runProfile } from './profile.ts'
import { runSoak } from './soak.ts'

type Bench = (args: string[]) => Promise<void>

/** What the tests' own packages suffice for. */
const HARNESSES: Record<string, Bench> = { crash: runCrash, model: runModelBench }
const MEASUREMENTS: Record<string, Bench> = { profile: runProfile, soak: runSoak }

const [name, args] = nameAndOptions(process.argv.slice(2))
const bench = benchOf(name)
if (bench === undefined) {
  const known = [GROUPS, MEASUREMENTS, HARNESSES].flatMap(Object.keys)
  console.error(`usage: npm run bench [-- ${known.join('|')}] [OPTIONS] (bench/README.md)`)
  process.exit(2)
}
if (!(name in HARNESSES)) await prepareToMeasure()
await bench(args)

function nameAndOptions(all: string[]): [string, string[]] {
  const [first = '', ...rest] = all
  return first.startsWith('-') ? ['', all] : [first, rest]
}

function benchOf(name: string): Bench | undefined {
  if (name === '') return args => runMeasure([], args)
  if (name in GROUPS) return args => runMeasure([name], args)
  return HARNESSES[name] ?? MEASUREMENTS[name]
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
