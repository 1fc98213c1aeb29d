// The one gate: bytes from every source pass it, or the asset fails.
import type { FailureCode } from './asset.ts'
import type { ReceivedBytes } from './attempt.ts'
import type { KnownMedia, MediaFault } from './media-facts.ts'
import { ALLOWED_TYPES, isAllowedType } from './media-type.ts'
import type { Ports } from './ports.ts'

export interface Admitted {
  admitted: true
  contentType: string
  sizeBytes: number
  sha256: string
  width: number | null
  height: number | null
  media: KnownMedia
}

export type Verdict = Admitted | { admitted: false; code: FailureCode; message: string }

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
  ports: Pick<Ports, 'blobs' | 'media' | 'scanner'>,
  bytes: ReceivedBytes,
  promised: Promised,
): Promise<Verdict> {
  const broken = brokenPromise(bytes, promised)
  if (broken !== undefined) return broken
  const type = bytes.sniffedType
  if (type === null || !isAllowedType(type)) return unsupported(type)
  return ports.blobs.withFile(bytes.key, path => lookInside(ports, { ...bytes, contentType: type }, path))
}

async function lookInside(
  ports: Pick<Ports, 'media' | 'scanner'>,
  bytes: ReceivedBytes & { contentType: string },
  path: string,
): Promise<Verdict> {
  const { contentType, sizeBytes, sha256 } = bytes
  const facts = bytes.facts ?? (await ports.media.inspect(contentType, path, { maxPixels: MAX_PIXELS }))
  const { fault, ...media } = facts
  if (fault !== null) return refuse(failureOf[fault.kind], fault.message)
  const scanned = await ports.scanner.scan(path)
  if (!scanned.isClean) return refuse(scanned.code, scanned.message)
  return { admitted: true, contentType, sizeBytes, sha256, width: media.width, height: media.height, media }
}

const failureOf = {
  unreadable: 'unreadable_file',
  too_many_pixels: 'too_many_pixels',
  too_large: 'too_large',
  too_slow: 'too_slow',
} satisfies Record<MediaFault['kind'], FailureCode>

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
