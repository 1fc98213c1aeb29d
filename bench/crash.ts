// The kill loop of the tests, for as many kills as one has patience for.
import { parseArgs } from 'node:util'
import { runKillLoop } from '../service/test/support/kill/kill-loop.ts'
import { wholeNumber } from './whole-number.ts'

/** `--kills N --workers N` */
export async function runCrash(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { kills: { type: 'string', default: '1000' }, workers: { type: 'string', default: '8' } },
  })
  const kills = wholeNumber('--kills', values.kills)
  const workers = wholeNumber('--workers', values.workers)
  const report = await runKillLoop({
    kills,
    workers,
    onPassed: (kill, { assets }) => {
      if (kill % 10 === 0) console.log(`${kill} of ${kills} kills, ${assets} assets, nothing lost`)
    },
  })
  console.log(JSON.stringify({ kills, workers, ...report }, null, 2))
}
