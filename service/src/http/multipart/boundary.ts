// Reads the boundary of a multipart body from the request's content type.

import { invalidField } from '../../ground/errors.ts'
import { readParameters } from './parameters.ts'

/** RFC 2046, section 5.1.1: up to 70 of these characters, the last of them not a space. */
const wellFormed = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/

/** The boundary named by a `multipart/form-data` content type; refuses any other content type. */
export function boundaryOf(contentType: string | undefined): string {
  const parsed = readParameters(contentType ?? '')
  if (parsed?.value !== 'multipart/form-data') {
    throw invalidField('content-type', 'must be multipart/form-data with a boundary')
  }
  const boundary = parsed.parameters.get('boundary')
  if (boundary === undefined) {
    throw invalidField('content-type', 'has no boundary: let your HTTP client set this header itself')
  }
  if (!wellFormed.test(boundary)) {
    throw invalidField(
      'content-type',
      "has a malformed boundary: use 1 to 70 letters, digits, spaces or '()+_,-./:=? and no space at the end",
    )
  }
  return boundary
}
