// Writing one object in parts, so that it is there whole or not at all.
import type { BlobWriter } from '../../assets/ports.ts'
import { joined } from '../../ground/let-go.ts'
import { unfinishedOf } from '../keys.ts'
import type { Bucket } from './bucket.ts'
import { beginWrite, join, MIN_PART_BYTES, type Write } from './joining.ts'
import type { Part } from './multipart.ts'
import { saveState } from './saved-state.ts'
import { onBucket } from './trouble.ts'

const MIB = 1024 * 1024
/** Small pieces are put together before their number costs more than their bytes. */
const GATHERED_PIECES = 256

/** An upload has 10,000 parts at most, so the later ones are larger: together they hold more than a tebibyte. */
function partBytesOf(n: number): number {
  if (n <= 3000) return 8 * MIB
  return n <= 6000 ? 64 * MIB : 256 * MIB
}

export interface Begun {
  write: Write
  parts: Part[]
  /** Bytes that follow the parts. */
  rest: Uint8Array
  /** Whether there is a state that speaks of this key. */
  isSaved: boolean
}

/** A new object. Its upload begins now: what nobody finishes must show in the store, or it could not be swept. */
export const openPartWriter = (bucket: Bucket, key: string): Promise<BlobWriter> =>
  onBucket(async () => {
    const write = await beginWrite(bucket, key)
    return partWriter(bucket, { write, parts: [], rest: new Uint8Array(), isSaved: false })
  })

/** At most two parts are in memory: one that fills and one on its way. */
export function partWriter(bucket: Bucket, { write, parts, rest, isSaved }: Begun): BlobWriter {
  let gathered: Uint8Array[] = rest.byteLength > 0 ? [rest] : []
  let gatheredBytes = rest.byteLength
  let underWay: Promise<void> = Promise.resolve()
  let failure: unknown
  let hasState = isSaved
  /** After a failure nobody knows what the upload has: whoever goes on looks at what was saved. */
  const soundly = (act: () => Promise<void>) =>
    onBucket(async () => {
      if (failure !== undefined) throw failure
      await act().catch(error => {
        failure = error
        throw error
      })
    })
  const takeGathered = () => {
    const bytes = gathered.length === 1 && gathered[0] ? gathered[0] : joined(gathered)
    gathered = []
    gatheredBytes = 0
    return bytes
  }
  const flush = async () => {
    await underWay
    const bytes = takeGathered()
    underWay = bucket.uploadPart(write, parts.length + 1, bytes).then(part => void parts.push(part))
    underWay.catch(() => undefined) // the next flush or the end throws it
  }
  const settled = () => underWay.catch(() => undefined)
  return {
    write: bytes =>
      soundly(async () => {
        gathered.push(bytes)
        gatheredBytes += bytes.byteLength
        if (gatheredBytes >= partBytesOf(parts.length + 1)) return flush()
        if (gathered.length >= GATHERED_PIECES) gathered = [joined(gathered)]
      }),
    save: () =>
      soundly(async () => {
        if (gatheredBytes >= MIN_PART_BYTES) await flush()
        await underWay
        const rest = Buffer.concat(gathered)
        gathered = [rest]
        const partBytes = parts.reduce((sum, { bytes }) => sum + bytes, 0)
        await saveState(bucket, { write, parts: parts.length, partBytes, rest })
        hasState = true
      }),
    commit: () =>
      soundly(async () => {
        if (gatheredBytes > 0 || parts.length === 0) await flush()
        await underWay
        await join(bucket, write, parts)
        // The object is there. A state that stays behind speaks of bytes that the object has too.
        if (hasState) await bucket.remove(unfinishedOf(write.key)).catch(() => undefined)
      }),
    close: settled,
    abort: async () => {
      await settled() // a part that came after the end would lie there unseen
      await bucket.abort(write).catch(() => undefined) // the sweep finds it
      if (hasState) await bucket.remove(unfinishedOf(write.key)).catch(() => undefined)
    },
  }
}
