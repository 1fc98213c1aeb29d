// What a client says of the asset it wants: parsed once here, for every source.
import type { Mode } from '../ground/actor.ts'
import { type FieldFault, invalidField, invalidFields } from '../ground/errors.ts'
import { fileName } from './file-name.ts'
import { folder } from './folder.ts'
import { type Keeping, keepingOf, type SaidOfRetention } from './retention.ts'

/** As it comes in; every field may be missing. */
export interface SaidOfAsset extends SaidOfRetention {
  fileName?: string | undefined
  contentType?: string | undefined
  folder?: string | undefined
  fileSize?: number | undefined
  sha256?: string | undefined
  metadata?: Record<string, string> | undefined
  projectId?: string | undefined
}

export interface Description {
  name: string | null
  folder: string
  metadata: Record<string, string>
  declaredType: string | null
  declaredSize: number | null
  declaredSha256: string | null
  projectId: string | null
  keeping: Keeping
}

/** An asset's metadata has at most so many pairs. */
export const MAX_PAIRS = 16
const MAX_METADATA_BYTES = 4096
const MEDIA_TYPE = /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/

/** Throws a refusal that names the field at fault. */
export function describe(said: SaidOfAsset, maxBytes: number, mode: Mode): Description {
  return {
    name: said.fileName === undefined ? null : fileName(said.fileName),
    folder: folder(said.folder ?? ''),
    metadata: metadata(said.metadata ?? {}),
    declaredType: said.contentType === undefined ? null : mediaType(said.contentType),
    declaredSize: said.fileSize === undefined ? null : fileSize(said.fileSize, maxBytes),
    declaredSha256: said.sha256 === undefined ? null : sha256(said.sha256),
    projectId: said.projectId ?? null,
    keeping: keepingOf(said, mode),
  }
}

/** The essence of a media type: parameters are dropped, case is folded (RFC 9110, section 8.3.1). */
function mediaType(text: string): string {
  const essence = (text.split(';')[0] ?? '').trim().toLowerCase()
  if (!MEDIA_TYPE.test(essence)) throw invalidField('content_type', 'must be a media type such as image/png')
  return essence
}

function fileSize(bytes: number, maxBytes: number): number {
  if (bytes > maxBytes) throw invalidField('file_size', `must be at most ${maxBytes} bytes here`)
  return bytes
}

function sha256(text: string): string {
  const hex = text.toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(hex)) throw invalidField('sha256', 'must be 64 hexadecimal digits')
  return hex
}

function metadata(pairs: Record<string, string>): Record<string, string> {
  const entries = Object.entries(pairs)
  const faults: FieldFault[] = entries
    .filter(([key, value]) => !/^[A-Za-z0-9_.-]{1,64}$/.test(key) || /\0|\p{Cs}/u.test(value))
    .map(([key]) => ({
      field: `metadata.${key}`,
      message: 'a key must be 1 to 64 of A-Z a-z 0-9 _ . -, a value well-formed Unicode without NUL',
    }))
  if (faults.length > 0) throw invalidFields(faults)
  if (entries.length > MAX_PAIRS) throw invalidField('metadata', `must have at most ${MAX_PAIRS} pairs`)
  if (Buffer.byteLength(entries.flat().join('')) > MAX_METADATA_BYTES)
    throw invalidField('metadata', `must have at most ${MAX_METADATA_BYTES} bytes in all, keys and values`)
  return Object.fromEntries(entries)
}
