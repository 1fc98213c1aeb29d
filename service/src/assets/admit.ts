// The one gate: bytes from every source pass it, or the asset fails.
import type { FailureCode } from './asset.ts'
import type { ReceivedBytes } from './attempt.ts'
import { ALLOWED_TYPES, isAllowedType } from './media-type.ts'
import type { MediaFacts, Ports } from './ports.ts'

export type Verdict =
  | {
      admitted: true
      contentType: string
      sizeBytes: number
      sha256: string
      width: number | null
      height: number | null
    }
  | { admitted: false; code: FailureCode; message: string }

/** What the client promised about the bytes; null where it promised nothing. */
export interface Promised {
  declaredSize: number | null
  declaredSha256: string | null
}

/** An image may have this many pixels, all frames of an animation together. */
export const MAX_PIXELS = 150_000_000

const refuse = (code: FailureCode, message: string): Verdict => ({ admitted: false, code, message })

/** Looks at quarantined bytes, counts and facts first, the file last. Throws only `unavailable`. */
export async function admit(
  ports: Pick<Ports, 'blobs' | 'media'>,
  bytes: ReceivedBytes,
  promised: Promised,
): Promise<Verdict> {
  const broken = brokenPromise(bytes, promised)
  if (broken !== undefined) return broken
  const type = bytes.sniffedType
  if (type === null || !isAllowedType(type)) return unsupported(type)
  const facts = await ports.blobs.withFile(bytes.key, path => ports.media.inspect(type, path))
  return (
    faultOf(type, facts) ?? {
      admitted: true,
      contentType: type,
      sizeBytes: bytes.sizeBytes,
      sha256: bytes.sha256,
      width: facts.width,
      height: facts.height,
    }
  )
}

function brokenPromise(bytes: ReceivedBytes, promised: Promised): Verdict | undefined {
  if (bytes.sizeBytes === 0) return refuse('empty_file', 'The file is empty: upload its bytes again.')
  if (promised.declaredSize !== null && promised.declaredSize !== bytes.sizeBytes)
    return refuse(
      'size_mismatch',
      `The file has ${bytes.sizeBytes} bytes and file_size promised ${promised.declaredSize}: upload it again, whole.`,
    )
  if (promised.declaredSha256 !== null && promised.declaredSha256 !== bytes.sha256)
    return refuse(
      'checksum_mismatch',
      `The file's SHA-256 is ${bytes.sha256} and sha256 promised ${promised.declaredSha256}: upload it again, unchanged.`,
    )
  return undefined
}

const unsupported = (type: string | null): Verdict =>
  refuse(
    'unsupported_type',
    `The file's bytes ${type === null ? 'are of no type this service knows' : `are ${type}, which this service does not take`}: upload one of ${ALLOWED_TYPES.join(', ')}.`,
  )

function faultOf(type: string, facts: MediaFacts): Verdict | undefined {
  if (facts.unreadable)
    return refuse(
      'unreadable_file',
      `The file begins as ${type} but cannot be read: export it again and upload that.`,
    )
  const pixels = (facts.width ?? 0) * (facts.height ?? 0) * (facts.frames ?? 1)
  if (pixels > MAX_PIXELS)
    return refuse(
      'too_many_pixels',
      `The image has ${Math.round(pixels / 1e6)} megapixels, all frames together, and may have ${MAX_PIXELS / 1e6}: upload a smaller one.`,
    )
  return undefined
}
