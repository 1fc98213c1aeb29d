// One verb under one kind of fault, at its first call, its second, its third, until a run meets none.
import { expect } from 'vitest'
import { repair } from '../../../src/upkeep/repair.ts'
import { verify } from '../../../src/upkeep/verify.ts'
import { brokenPromises, strayFiles } from '../folder-facts.ts'
import { runSql } from '../rows.ts'
import { until } from '../uploads.ts'
import { type Fault, isCrash } from './faults.ts'
import type { Answer, Installation } from './open-installation.ts'
import { finishByRetry, succeeded } from './steps.ts'
import type { Verb } from './verb.ts'

const MOST_CALLS = 100
/** Past every ticket, every abandoned upload and the sweep's grace. */
const LONG_MS = 27 * 3_600_000

/** Answers the calls that met the fault, in order. Throws, with the case in its words, where a promise broke. */
export async function drive(at: Installation, verb: Verb, fault: Fault): Promise<string[]> {
  const met: string[] = []
  for (let n = 1; n <= MOST_CALLS; n++) {
    const call = await inCase(`${verb.title}, call ${n}, ${fault}`, () => meet(at, verb, { fault, n }))
    if (call === undefined) return met
    met.push(call)
  }
  throw new Error(`${verb.title} still makes calls after ${MOST_CALLS}`)
}

async function meet(
  at: Installation,
  verb: Verb,
  { fault, n }: { fault: Fault; n: number },
): Promise<string | undefined> {
  const begun = await verb.begin(at)
  at.faults.arm(fault, n)
  const answer = await begun.act(0)
  const met = at.faults.disarm()
  return inCase(`at ${met ?? 'no call'}`, async () => {
    if (met === undefined || !isCrash(fault)) expectServed(answer, met)
    if (isCrash(fault)) await at.reopen()
    await begun.holds(isSuccess(answer) ? answer : succeeded(await begun.act(1)))
    await finishAll(at)
    at.clock.advance(LONG_MS)
    await finishJobs(at)
    await begun.afterwards?.()
    expect(await brokenPromises(at.dataDir)).toEqual([])
    await tidyUp(at, fault)
    return met
  })
}

/** The sweep removes all that is left, but for files that a crash left between their name and their row: repair does. */
async function tidyUp(at: Installation, fault: Fault): Promise<void> {
  const ports = await at.upkeep()
  expect((await verify(ports)).damaged).toEqual([])
  await at.sweep()
  const strays = strayFiles(at.dataDir)
  if (!isCrash(fault)) return expect(strays).toEqual([])
  expect(strays.filter(file => !file.startsWith('media/'))).toEqual([])
  const { orphans, young, foreign } = await repair(ports, { apply: false })
  expect(orphans.map(({ key }) => key).sort()).toEqual(strays)
  expect([young, foreign]).toEqual([[], []])
  if (strays.length === 0) return
  await repair(ports, { apply: true })
  expect(strayFiles(at.dataDir)).toEqual([])
}

/** A start looks at once for work that was left; a running process does so once a second. */
async function finishJobs(at: Installation): Promise<void> {
  const left = async () => runSql(at.dataDir, 'select id from jobs').length
  if ((await left()) === 0) return
  await at.reopen()
  await until(left, jobs => jobs === 0)
}

const isSuccess = ({ status }: Answer): boolean => status >= 200 && status < 300

/**
 * With every servant in order a verb succeeds, and also where only tidying up fails; in other trouble it may say so,
 * and nothing else.
 */
function expectServed(answer: Answer, met: string | undefined): void {
  if (met === undefined || met === 'blobs.remove' || isSuccess(answer)) succeeded(answer)
  else expect(answer.status, JSON.stringify(answer.body)).toBe(503)
}

/** Everything that is not ready can be made so. */
async function finishAll(at: Installation): Promise<void> {
  for (const status of ['pending_upload', 'failed']) {
    const { body } = succeeded(await at.call('GET', `/assets?status=${status}&limit=100`))
    for (const { asset_id } of body.assets as { asset_id: string }[]) await finishByRetry(at, asset_id)
  }
}

async function inCase<T>(title: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof Error) error.message = `${title}: ${error.message}`
    throw error
  }
}
