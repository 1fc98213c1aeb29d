// A client that is told to come back later, and does.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import type { Wire } from './kill/asking.ts'
import { attach, complete, reserve, upload } from './kill/client.ts'
import { askOffset, beginParts, sendPart } from './kill/parts.ts'
import type { Told } from './kill/told.ts'
import { wavOf } from './samples.ts'

const TRIES = 30

export interface Persistence {
  /** How often it was told to come back. */
  refusals: number
}

/** Repeats the step until it succeeds; throws when it is refused in any other way than for passing trouble. */
export async function persist<T>(step: () => Promise<T>, persistence: Persistence): Promise<T> {
  for (let n = 1; ; n++)
    try {
      return await step()
    } catch (error) {
      assert.match(String(error), /: 503 .*service_unavailable/)
      if (n === TRIES) throw error
      persistence.refusals++
    }
}

type Persist = (wire: Wire, ledger: Told[], persistence: Persistence) => Promise<void>

/** An asset's whole way, whatever it takes. */
const persistOfBytes =
  (least: number, most: number): Persist =>
  async (wire, ledger, persistence) => {
    const bytes = Buffer.from(wavOf(randomInt(least, most), randomInt(2 ** 31)))
    const told = await persist(() => reserve(wire, bytes), persistence)
    ledger.push(told)
    await persist(() => upload(wire, told), persistence)
    await persist(() => complete(wire, told), persistence)
    await persist(() => attach(wire, told), persistence)
  }

export const persistWithAsset = persistOfBytes(1000, 200_000)
/** So large that a part of it is synced while the rest still comes. */
export const persistLarge = persistOfBytes(12_000_000, 16_000_000)

const PARTS = 3

/** As `persistWithAsset`, in parts: after each refusal it asks where the upload is, and goes on from there. */
export const persistInParts: Persist = async (wire, ledger, persistence) => {
  const bytes = Buffer.from(wavOf(randomInt(100_000, 400_000), randomInt(2 ** 31)))
  const told = await persist(() => reserve(wire, bytes), persistence)
  ledger.push(told)
  await persist(() => beginParts(wire, told), persistence)
  for (let n = 1; n <= PARTS; n++) {
    const end = Math.ceil((bytes.length * n) / PARTS)
    await persist(async () => {
      const from = await askOffset(wire, told)
      if (from < end) assert.ok(await sendPart(wire, told, { from, end }), 'nobody overtakes this client')
    }, persistence)
  }
  told.state = 'uploaded'
  await persist(() => complete(wire, told), persistence)
}
