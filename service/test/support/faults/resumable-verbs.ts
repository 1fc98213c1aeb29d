// The verbs of uploads in parts: what comes before each, and what its answer promises.
import { expect } from 'vitest'
import { runSql } from '../rows.ts'
import type { Answer, Installation } from './open-installation.ts'
import {
  attemptsOf,
  complete,
  expectReady,
  finishByRetry,
  type Reserved,
  repeated,
  reserved,
  reservedIn,
  someBytes,
  succeeded,
} from './steps.ts'
import type { Verb } from './verb.ts'

const FILE_BYTES = 210_000
/** More than one piece of what a socket gives. */
const PART = 70_000

/** An upload in parts. */
export interface Parts {
  asset: Reserved
  file: Buffer
  /** So many bytes were acknowledged. */
  sure: number
}

const create = (at: Installation, { asset, file }: Parts) =>
  at.tus('POST', asset.uploadUrl, { 'upload-length': String(file.length) })

const patch = (at: Installation, { asset, file }: Parts, { from, end }: { from: number; end: number }) =>
  at.tus(
    'PATCH',
    asset.uploadUrl,
    { 'upload-offset': String(from), 'content-type': 'application/offset+octet-stream' },
    file.subarray(from, end),
  )

/** Where the upload is: nothing that was acknowledged is missing, and nothing is there that was never sent. */
async function offsetOf(at: Installation, parts: Parts, sent: number): Promise<number> {
  const answer = await at.tus('HEAD', parts.asset.uploadUrl)
  succeeded(answer)
  const offset = answer.offset ?? -1
  expect(offset).toBeGreaterThanOrEqual(parts.sure)
  expect(offset).toBeLessThanOrEqual(sent)
  return offset
}

/** Goes on as a client does that has lost an answer; there may be nothing left to send. */
async function goOn(
  at: Installation,
  parts: Parts,
  { sent, end }: { sent: number; end: number },
): Promise<Answer> {
  const from = await offsetOf(at, parts, sent)
  return from === end ? { status: 204, body: {} } : patch(at, parts, { from, end })
}

async function expectFinished(at: Installation, parts: Parts, sent: number): Promise<void> {
  const { asset, file } = parts
  succeeded(await goOn(at, parts, { sent, end: file.length }))
  expect((await complete(at, asset)).body).toMatchObject({ status: 'ready' })
  await expectReady(at, asset, file)
}

async function noPart(at: Installation): Promise<Parts> {
  const parts: Parts = { asset: await reserved(at), file: someBytes(FILE_BYTES), sure: 0 }
  succeeded(await create(at, parts))
  return parts
}

/** An upload of which the first part has been acknowledged. */
export async function firstPart(at: Installation): Promise<Parts> {
  const parts = await noPart(at)
  succeeded(await patch(at, parts, { from: 0, end: PART }))
  return { ...parts, sure: PART }
}

const creation: Verb = {
  title: 'tus creation over a part that had arrived',
  writesBytes: false,
  begin: async at => {
    const parts = await firstPart(at)
    return {
      act: () => create(at, parts),
      holds: async () => {
        const anew = { ...parts, sure: 0 }
        expect(await offsetOf(at, anew, 0)).toBe(0)
        await expectFinished(at, anew, 0)
      },
    }
  },
}

const nextPart = (title: string, end: number, prepare: (at: Installation) => Promise<Parts>): Verb => ({
  title,
  writesBytes: true,
  begin: async at => {
    const parts = await prepare(at)
    return {
      act: repeats =>
        repeats === 0 ? patch(at, parts, { from: parts.sure, end }) : goOn(at, parts, { sent: end, end }),
      holds: async () => {
        parts.sure = end
        expect(await offsetOf(at, parts, end)).toBe(end)
        await expectFinished(at, parts, end)
      },
    }
  },
})

/** As a process leaves it that died, or stalls. */
async function heldByAnother(at: Installation): Promise<Parts> {
  const parts = await firstPart(at)
  const until = at.clock.now() + 60_000
  runSql(at.dataDir, 'update attempts set lease_until = ? where asset_id = ?', until, parts.asset.assetId)
  return parts
}

/** Who repeats it and is told that the ticket is dead knows that it was done. */
const termination: Verb = {
  title: 'tus termination',
  writesBytes: false,
  begin: async at => {
    const { asset } = await firstPart(at)
    const terminate = (): Promise<Answer> => at.tus('DELETE', asset.uploadUrl)
    return {
      act: async repeats => {
        const answer = await terminate()
        return repeats > 0 && answer.status === 403 ? { status: 204, body: {} } : answer
      },
      holds: async () => {
        expect((await at.tus('HEAD', asset.uploadUrl)).status).toBe(403)
        expect((await terminate()).status).toBe(403)
        expect((await at.call('GET', `/assets/${asset.assetId}`)).body).toMatchObject({
          status: 'pending_upload',
        })
        await finishByRetry(at, asset.assetId)
      },
    }
  },
}

const retryCarrying: Verb = {
  title: 'retry that carries a part',
  writesBytes: false,
  begin: async at => {
    const old = await firstPart(at)
    return {
      act: repeats => at.call('POST', `/assets/${old.asset.assetId}/retry`, undefined, repeated(repeats)),
      holds: async answer => {
        const next = { ...old, asset: reservedIn(answer) }
        expect(attemptsOf(at, old.asset)).toBe(2)
        expect((await at.tus('HEAD', old.asset.uploadUrl)).status).toBe(403)
        await expectFinished(at, next, old.sure)
      },
    }
  },
}

export const resumableVerbs = (): Verb[] => [
  creation,
  nextPart('tus PATCH of the first part', PART, noPart),
  nextPart('tus PATCH of a part', 2 * PART, firstPart),
  nextPart('tus PATCH of the last part', FILE_BYTES, firstPart),
  nextPart('tus PATCH after one that never let go', 2 * PART, heldByAnother),
  termination,
  retryCarrying,
]
