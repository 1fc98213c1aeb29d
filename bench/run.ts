// `npm run bench -- NAME OPTIONS`: runs one of the long harnesses; README.md says what each is for.
import { runCrash } from './crash.ts'
import { runModelBench } from './model.ts'

const BENCHES = { crash: runCrash, model: runModelBench } satisfies Record<
  string,
  (args: string[]) => Promise<void>
>

const [name = '', ...args] = process.argv.slice(2)
const run = Object.entries(BENCHES).find(([known]) => known === name)?.[1]
if (run === undefined) {
  console.error(`usage: npm run bench -- ${Object.keys(BENCHES).join('|')} OPTIONS (bench/README.md)`)
  process.exit(2)
}
await run(args)
