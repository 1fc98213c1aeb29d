// One verb under one kind of fault, at its first call, its second, its third, until a run meets none.
import { expect } from 'vitest'
import { brokenPromises, strayFiles } from '../folder-facts.ts'
import { type Fault, isCrash } from './faults.ts'
import type { Answer, Installation } from './open-installation.ts'
import { finishByRetry, succeeded } from './steps.ts'
import type { Verb } from './verbs.ts'

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
  const before = new Set(await strayFiles(at.dataDir))
  const begun = await verb.begin(at)
  at.faults.arm(fault, n)
  const answer = await begun.act()
  const met = at.faults.disarm()
  return inCase(`at ${met ?? 'no call'}`, async () => {
    if (met === undefined || !isCrash(fault)) expectServed(answer, met)
    if (isCrash(fault)) await at.reopen()
    if (isSuccess(answer)) await begun.holds(answer, 1)
    else await begun.holds(succeeded(await begun.act()), 2)
    await finishAll(at)
    expect(await brokenPromises(at.dataDir)).toEqual([])
    at.clock.advance(LONG_MS)
    await at.sweep()
    const strays = (await strayFiles(at.dataDir)).filter(file => !before.has(file))
    const mayStay = (file: string) => isCrash(fault) && verb.mayOrphan && file.startsWith('media/')
    expect(strays.filter(file => !mayStay(file))).toEqual([])
    return met
  })
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
