// Collecting what a form brought to the store: copied out of its reach first, then received like any other bytes.
import { tooLarge } from '../ground/errors.ts'
import { every } from '../ground/every.ts'
import { abortableWait } from '../ground/until-aborted.ts'
import { arrive } from './arrive.ts'
import type { Asset } from './asset.ts'
import { claimed, formKey, type ReceivedAttempt, type ReceivedBytes, renewed, stagingKey } from './attempt.ts'
import { type AttemptRow, createAttemptRow } from './attempt-row.ts'
import { claim, type LiveUpload, openUpload, overtaken } from './claim.ts'
import { closerOf } from './connection-end.ts'
import type { FormObject, Ports, Upload } from './ports.ts'
import { boundsOf } from './quota.ts'
import type { ReceivePorts } from './receive.ts'
import { hashOf } from './resumable/kept-hashes.ts'
import { sniffStored } from './stage.ts'
import type { Ticket } from './ticket.ts'
import { takingOver } from './under-way.ts'

export interface Received {
  asset: Asset
  attempt: ReceivedAttempt
}

interface Collecting {
  place: Pick<Ticket, 'assetId' | 'attempt'>
  posted: FormObject
  signal: AbortSignal
}

/** A collector says so often that it is at work; who says nothing for twice as long has died. */
const SIGN_MS = 5_000
export const SILENT_MS = 2 * SIGN_MS

/** What a form has brought and nobody has collected; undefined where there is nothing newer than the received bytes. */
export async function findPosted(
  { forms }: Pick<Ports, 'forms'>,
  { attempt }: Upload,
): Promise<FormObject | undefined> {
  if (attempt.state !== 'open' && attempt.state !== 'received') return undefined
  const found = await forms?.find(formKey(attempt))
  return found?.mark === attempt.formObject ? undefined : found
}

/**
 * Answers the upload with its bytes received, even after its expiry: they were whole in time. Throws `conflict` where
 * another upload, or another file of the form, has overtaken this one.
 */
export async function collect(
  ports: ReceivePorts,
  { asset, attempt }: Upload,
  posted: FormObject,
): Promise<Received> {
  const place = { assetId: asset.id, attempt: attempt.n }
  return takingOver(ports, { place, reason: overtaken }, signal => bring(ports, { place, posted, signal }))
}

async function bring(ports: ReceivePorts, { place, posted, signal }: Collecting): Promise<Received> {
  const taken = ({ attempt }: LiveUpload) => claimed(attempt, { now: ports.clock.now(), transport: 'bucket' })
  const { held } = await claim(ports, place, taken, openUpload)
  const row = createAttemptRow(ports, held.attempt)
  const key = stagingKey(held.attempt)
  try {
    const { maxBytes, refusal } = await boundsOf(ports, held)
    if (posted.sizeBytes > maxBytes) throw refusal?.() ?? tooLarge(maxBytes)
    return await holding(ports, { row, signal }, async () => {
      if ((await ports.forms?.take(posted, key)) !== true) throw overtaken()
      // Lent once for all that look at it: the store is asked for the bytes a single time.
      return ports.blobs.withFile(key, async () => {
        const bytes = await measured(ports, { key, sizeBytes: posted.sizeBytes })
        const attempt = await arrive(ports, { asset: held.asset, attempt: row.attempt() }, bytes, { posted })
        return { asset: held.asset, attempt }
      })
    })
  } catch (error) {
    // A copy that no row names is left to the sweep.
    await row.release(closerOf(error))
    throw error
  }
}

/** Keeps the attempt while the store copies and the bytes are read. */
async function holding<T>(
  { clock }: ReceivePorts,
  { row, signal }: { row: AttemptRow; signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const keeping = every(
    clock,
    { ms: SIGN_MS, until: over.signal },
    () => row.write(attempt => renewed(attempt, clock.now())).catch(() => undefined), // whoever is overtaken learns it at the end
  )
  const waiting = abortableWait(signal)
  try {
    // Work that is stopped goes on for nothing: the attempt has moved on, and its row says no to it.
    return await waiting.for(work())
  } finally {
    waiting.end()
    over.abort()
    await keeping
  }
}

async function measured(
  ports: Pick<Ports, 'blobs' | 'media'>,
  { key, sizeBytes }: { key: string; sizeBytes: number },
): Promise<ReceivedBytes> {
  const hash = await hashOf(await ports.blobs.read(key, { start: 0, end: sizeBytes - 1 }))
  const sniffedType = await sniffStored(ports, { key, sizeBytes })
  return { key, sizeBytes, sha256: hash.digest('hex'), sniffedType }
}
