// Clients that do the main job over and over, with detours, until the server is killed.
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { wavOf } from '../samples.ts'
import {
  abortUpload,
  attach,
  complete,
  remove,
  reserve,
  retry,
  storeDirectly,
  type Told,
  upload,
  type Wire,
} from './client.ts'
import { uploadInParts } from './parts.ts'

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
  parts: 0,
  cut: 0,
  carried: 0,
  deleted: 0,
})

/** Clients work at the server for so long, then it is killed; resolves when all of them have noticed. */
export async function workUntilKilled(
  wire: Wire,
  ledger: Told[],
  { workers, forMs, answered }: { workers: number; forMs: number; answered: Answered },
): Promise<void> {
  let isKilled = false
  const work = async () => {
    while (!isKilled) await oneAsset(wire, ledger, answered)
  }
  const working = Array.from({ length: workers }, () =>
    work().catch(error => {
      if (!isKilled) throw error
    }),
  )
  await Promise.race([delay(forMs), ...working])
  isKilled = true
  wire.server.child.kill('SIGKILL')
  await Promise.all([...working, wire.server.exited])
}

/** One asset's way, straight or with detours; every answer is noted in the ledger. */
async function oneAsset(wire: Wire, ledger: Told[], answered: Answered): Promise<void> {
  const bytes = Buffer.from(wavOf(randomInt(1000, 400_000), randomInt(2 ** 31)))
  if (randomInt(5) === 0) {
    ledger.push(await storeDirectly(wire, bytes))
    answered.direct++
    return
  }
  const told = await reserve(wire, bytes)
  ledger.push(told)
  answered.reserved++
  if (randomInt(4) === 0) {
    await abortUpload(wire, told)
    answered.aborted++
  }
  if (randomInt(4) === 0) {
    await retry(wire, told)
    answered.retried++
  }
  if (randomInt(3) > 0) await upload(wire, told)
  else if (!(await uploadInParts(wire, told, answered))) return
  answered.uploaded++
  await complete(wire, told)
  answered.ready++
  await attach(wire, told)
  answered.attached++
  if (randomInt(6) > 0) return
  await remove(wire, told)
  answered.deleted++
}
