// The kill loops of the tests, for as many kills as one has patience for.
import { parseArgs } from 'node:util'
import { runKillLoop } from '../service/test/support/kill/kill-loop.ts'
import { runNodesLoop } from '../service/test/support/kill/nodes-loop.ts'
import { startCeph } from '../service/test/support/start-ceph.ts'
import { startPostgres } from '../service/test/support/start-postgres.ts'
import { wholeNumber } from './whole-number.ts'

interface Loop {
  kills: number
  workers: number
}

/** `--kills N --workers N --nodes N` */
export async function runCrash(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      kills: { type: 'string', default: '1000' },
      workers: { type: 'string', default: '8' },
      nodes: { type: 'string', default: '1' },
    },
  })
  const loop = {
    kills: wholeNumber('--kills', values.kills),
    workers: wholeNumber('--workers', values.workers),
  }
  const nodes = wholeNumber('--nodes', values.nodes)
  const report = nodes === 1 ? await crashOne(loop) : await crashNodes(loop, nodes)
  console.log(JSON.stringify({ ...loop, nodes, ...report }, null, 2))
}

const crashOne = (loop: Loop) =>
  runKillLoop({
    ...loop,
    onPassed: (kill, { assets }) => say(kill, loop.kills, `${assets} assets, nothing lost`),
  })

/** What was told is checked as clients go along, and all of it at the end. */
async function crashNodes(loop: Loop, nodes: number) {
  const postgres = await startPostgres()
  try {
    const ceph = await startCeph()
    try {
      const engines = { postgresUrl: postgres.url, ceph }
      return await runNodesLoop({
        ...loop,
        nodes,
        engines,
        onKill: ({ kills, assets }) => say(kills, loop.kills, `${assets} assets`),
      })
    } finally {
      await ceph.close()
    }
  } finally {
    await postgres.close()
  }
}

function say(kill: number, kills: number, found: string): void {
  if (kill % 10 === 0) console.log(`${kill} of ${kills} kills, ${found}`)
}
