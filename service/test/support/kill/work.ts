// Clients that do the main job over and over, with detours.
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { wavOf } from '../samples.ts'
import type { RunningProcess } from '../start-process.ts'
import type { Wire } from './asking.ts'
import { check } from './check.ts'
import {
  abortUpload,
  attach,
  complete,
  race,
  remove,
  reserve,
  retry,
  spoil,
  storeDirectly,
  upload,
} from './client.ts'
import { lookElsewhere } from './onlookers.ts'
import { uploadInParts } from './parts.ts'
import type { Told } from './told.ts'

/** How often each step was answered. */
export type Answered = ReturnType<typeof noneAnswered>

export const noneAnswered = () => ({
  reserved: 0,
  uploaded: 0,
  ready: 0,
  attached: 0,
  direct: 0,
  retried: 0,
  aborted: 0,
  spoilt: 0,
  raced: 0,
  parts: 0,
  cut: 0,
  carried: 0,
  deleted: 0,
  rechecked: 0,
})

export interface Clients {
  /** Resolves when all of them have stopped; rejects at the first thing that is not as it should be. */
  done: Promise<void>
  /** Each finishes what it is at. */
  stop(): void
}

/** Each sees to one asset after another; `forgives` says whether an error is what must be expected just now. */
export function startClients(
  wire: Wire,
  ledger: Told[],
  { workers, answered, forgives = () => false }: Work & { forgives?: () => boolean },
): Clients {
  let isOver = false
  const work = async () => {
    const mine: Told[] = []
    while (!isOver) {
      const told = await oneAsset(wire, ledger, answered)
      await lookElsewhere(wire, told)
      mine.push(told)
      if (randomInt(4) > 0) continue
      await check(wire, mine[randomInt(mine.length)] ?? told)
      answered.rechecked++
    }
  }
  const working = Array.from({ length: workers }, () =>
    work().catch(error => {
      if (!forgives()) throw error
    }),
  )
  return {
    done: Promise.all(working).then(() => undefined),
    stop: () => {
      isOver = true
    },
  }
}

export interface Work {
  workers: number
  answered: Answered
}

/** Clients work at the server for so long, then it is killed; resolves when all of them have noticed. */
export async function workUntilKilled(
  wire: Wire & { server: RunningProcess },
  ledger: Told[],
  { forMs, ...work }: Work & { forMs: number },
): Promise<void> {
  let isKilled = false
  const clients = startClients(wire, ledger, { ...work, forgives: () => isKilled })
  await Promise.race([delay(forMs), clients.done])
  isKilled = true
  clients.stop()
  wire.server.child.kill('SIGKILL')
  await Promise.all([clients.done, wire.server.exited])
}

/** One asset's way, straight or with detours; every answer is noted in the ledger. */
async function oneAsset(wire: Wire, ledger: Told[], answered: Answered): Promise<Told> {
  const bytes = Buffer.from(wavOf(randomInt(1000, 400_000), randomInt(2 ** 31)))
  if (randomInt(5) === 0) {
    const told = await storeDirectly(wire, bytes)
    ledger.push(told)
    answered.direct++
    return told
  }
  const told = await reserve(wire, bytes)
  ledger.push(told)
  answered.reserved++
  await lookElsewhere(wire, told)
  await goAstray(wire, told, answered)
  if (randomInt(2) > 0) await uploadWhole(wire, told, answered)
  else if (!(await uploadInParts(wire, told, answered))) return told
  answered.uploaded++
  await lookElsewhere(wire, told)
  await complete(wire, told)
  answered.ready++
  await lookElsewhere(wire, told)
  await attach(wire, told)
  answered.attached++
  if (randomInt(6) > 0) return told
  await remove(wire, told)
  answered.deleted++
  return told
}

/** Alone, or at the same moment as another of the same length. */
async function uploadWhole(wire: Wire, told: Told, answered: Answered): Promise<void> {
  if (randomInt(4) === 0) {
    answered.raced++
    if (await race(wire, told, Buffer.from(wavOf(told.bytes.length, randomInt(2 ** 31))))) return
  }
  await upload(wire, told)
}

/** What may happen to an upload before it is as it should be. */
async function goAstray(wire: Wire, told: Told, answered: Answered): Promise<void> {
  if (randomInt(4) === 0) {
    await abortUpload(wire, told)
    answered.aborted++
  }
  const isSpoilt = randomInt(8) === 0
  if (isSpoilt) {
    await spoil(wire, told)
    answered.spoilt++
    await lookElsewhere(wire, told)
  }
  if (!isSpoilt && randomInt(4) > 0) return
  await retry(wire, told)
  answered.retried++
}
