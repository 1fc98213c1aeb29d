// Bytes on their way into quarantine: counted, hashed and sniffed in one pass while they flow.
import { createHash, hash as hashAtOnce } from 'node:crypto'
import { tooLarge } from '../ground/errors.ts'
import { joined } from '../ground/let-go.ts'
import type { ReceivedBytes } from './attempt.ts'
import { createHead, HEAD_BYTES } from './head.ts'
import type { BlobWriter, Ports } from './ports.ts'

interface Bounds {
  /** One byte more is refused. */
  maxBytes: number
  /** How it is refused, where not as too large. */
  refusal?: (() => Error) | undefined
}

export interface Staging extends Bounds {
  /** Where in quarantine the bytes go. */
  key: string
  /** Called as bytes arrive, for an upload that must keep its hold; throws to stop it. */
  onBytes?: () => Promise<void> | undefined
}

interface StagingAtOnce extends Bounds {
  key: string
  /** Called as bytes arrive. */
  onBytes: () => void
}

/**
 * Streams bytes into quarantine and makes them durable. Throws `payload_too_large` above the cap, and whatever
 * `bytes` throws; nothing is left behind then.
 */
export async function stage(
  ports: Pick<Ports, 'blobs' | 'media'>,
  bytes: AsyncIterable<Uint8Array>,
  staging: Staging,
): Promise<ReceivedBytes> {
  const writer = await ports.blobs.create(staging.key)
  try {
    const { sizeBytes, sha256, head } = await pour(bytes, writer, staging)
    const seen = await firstSight(ports.media, head.bytes(), sizeBytes)
    head.letGo()
    await writer.commit()
    return { key: staging.key, sizeBytes, sha256, ...seen }
  } catch (error) {
    await writer.abort()
    throw error
  }
}

/** As `stage`, for bytes of which so few come that they are written once all of them are there. */
export async function stageAtOnce(
  ports: Pick<Ports, 'blobs' | 'media'>,
  bytes: AsyncIterable<Uint8Array>,
  { key, ...arriving }: StagingAtOnce,
): Promise<ReceivedBytes> {
  const whole = await gathered(bytes, arriving)
  const sizeBytes = whole.byteLength
  const sha256 = hashAtOnce('sha256', whole)
  const seen = await firstSight(ports.media, whole.subarray(0, HEAD_BYTES), sizeBytes)
  await ports.blobs.put(key, whole)
  return { key, sizeBytes, sha256, ...seen }
}

/** What the first bytes tell. */
async function firstSight({ sniff, glance }: Ports['media'], head: Uint8Array, sizeBytes: number) {
  const sniffedType = (await sniff(head)) ?? null
  const facts = sniffedType === null ? undefined : await glance(sniffedType, head, sizeBytes)
  return { sniffedType, ...(facts ? { facts } : {}) }
}

/** The type that the first bytes of quarantined bytes show; null when they show none. */
export async function sniffStored(
  ports: Pick<Ports, 'blobs' | 'media'>,
  { key, sizeBytes }: { key: string; sizeBytes: number },
): Promise<string | null> {
  if (sizeBytes === 0) return null
  const chunks: Uint8Array[] = []
  const end = Math.min(HEAD_BYTES, sizeBytes) - 1
  for await (const chunk of await ports.blobs.read(key, { start: 0, end })) chunks.push(chunk)
  return (await ports.media.sniff(Buffer.concat(chunks))) ?? null
}

async function pour(bytes: AsyncIterable<Uint8Array>, writer: BlobWriter, staging: Staging) {
  const hash = createHash('sha256')
  const head = createHead()
  let sizeBytes = 0
  for await (const chunk of bytes) {
    head.add(chunk)
    sizeBytes += chunk.byteLength
    mustFit(sizeBytes, staging)
    hash.update(chunk)
    await writer.write(chunk)
    await staging.onBytes?.()
  }
  return { sizeBytes, sha256: hash.digest('hex'), head }
}

async function gathered(
  bytes: AsyncIterable<Uint8Array>,
  { onBytes, ...bounds }: Omit<StagingAtOnce, 'key'>,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of bytes) {
    onBytes()
    chunks.push(chunk)
    sizeBytes += chunk.byteLength
    mustFit(sizeBytes, bounds)
  }
  const [first] = chunks
  return first !== undefined && chunks.length === 1 ? first : joined(chunks)
}

function mustFit(sizeBytes: number, { maxBytes, refusal }: Bounds): void {
  if (sizeBytes > maxBytes) throw refusal?.() ?? tooLarge(maxBytes)
}
