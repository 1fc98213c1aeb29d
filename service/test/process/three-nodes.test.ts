// Three nodes behind one address, killed one after the other: whoever is left answers for all, and nothing is lost.
import { expect, inject, test } from 'vitest'
import { runNodesLoop } from '../support/kill/nodes-loop.ts'
import { cephHere } from '../support/use-bucket.ts'

const KILLS = 60
const WITHIN_MS = 60_000
const WORKERS = 8
/** The rarer detours may be missing in a minute of a slow machine. */
const STEPS = ['ready', 'attached', 'direct', 'retried', 'aborted', 'parts', 'deleted', 'rechecked'] as const

test('a kill every second of one of three nodes loses nothing that was acknowledged', {
  timeout: 300_000,
}, async () => {
  const engines = { postgresUrl: inject('postgresUrl'), ceph: cephHere() }
  const { kills, answered, assets, given } = await runNodesLoop({
    engines,
    nodes: 3,
    kills: KILLS,
    withinMs: WITHIN_MS,
    workers: WORKERS,
  })
  expect(kills).toBeGreaterThan(10)
  expect(assets).toBeGreaterThan(kills)
  for (const step of STEPS) expect(answered[step], step).toBeGreaterThan(0)
  for (const connections of given) expect(connections).toBeGreaterThan(kills)
})
