// The model of the tests, for as many and as long histories as one has patience for.
import { parseArgs } from 'node:util'
import { runModel } from '../service/test/support/model/run-model.ts'
import { wholeNumber } from './whole-number.ts'

/** `--runs N --commands N --seed N` */
export async function runModelBench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: 'string', default: '20000' },
      commands: { type: 'string', default: '60' },
      seed: { type: 'string' },
    },
  })
  const report = await runModel({
    runs: wholeNumber('--runs', values.runs),
    commands: wholeNumber('--commands', values.commands),
    seed: values.seed === undefined ? undefined : wholeNumber('--seed', values.seed),
  })
  console.log(JSON.stringify(report, null, 2))
}
