// The checksum of one request's bytes (tus 1.0.0, extension checksum).
import { createHash } from 'node:crypto'
import type { Checksum } from '../../assets/resumable/resume.ts'
import { invalidField } from '../../ground/errors.ts'

export const CHECKSUM_ALGORITHMS = ['sha1', 'sha256', 'md5']

/** Undefined where none was sent; throws `input_validation_error` for one that cannot be checked. */
export function readChecksum(header: string | string[] | undefined): Checksum | undefined {
  if (header === undefined) return undefined
  const [algorithm = '', digest = '', ...rest] = String(header).split(' ')
  if (!CHECKSUM_ALGORITHMS.includes(algorithm) || rest.length > 0)
    throw invalidField(
      'upload-checksum',
      `must be one of ${CHECKSUM_ALGORITHMS.join(', ')}, a space and the digest in base64`,
    )
  const hash = createHash(algorithm)
  return {
    update: chunk => {
      hash.update(chunk)
    },
    isRight: () => hash.digest().equals(Buffer.from(digest, 'base64')),
  }
}
