// A form that takes one file straight to the bucket: the store itself refuses what its policy does not allow.
import { ALGORITHM, amzDate, type Credentials, scopeOf, signatureOf } from './sigv4.ts'

export interface PostTerms {
  bucket: string
  region: string
  /** The whole name of the object; no other is taken. */
  name: string
  contentType: string
  /** One byte more is refused. */
  maxBytes: number
  /** Unix milliseconds; the signature's day. */
  signedAt: number
  /** Unix milliseconds; judged by the store's clock. */
  expiresAt: number
}

/** The form's fields, to be sent before its file: a pure function of the terms and the credentials. */
export function postFields(terms: PostTerms, credentials: Credentials): Record<string, string> {
  const date = amzDate(terms.signedAt)
  const scope = scopeOf(date, terms.region)
  const fields: Record<string, string> = {
    key: terms.name,
    'Content-Type': terms.contentType,
    'x-amz-algorithm': ALGORITHM,
    'x-amz-credential': `${credentials.accessKeyId}/${scope}`,
    'x-amz-date': date,
    ...(credentials.sessionToken !== undefined && { 'x-amz-security-token': credentials.sessionToken }),
  }
  const policy = {
    expiration: new Date(terms.expiresAt).toISOString(),
    conditions: [
      { bucket: terms.bucket },
      ...Object.entries(fields).map(([name, value]) => ['eq', `$${name}`, value]),
      ['content-length-range', 0, terms.maxBytes],
    ],
  }
  const encoded = Buffer.from(JSON.stringify(policy)).toString('base64')
  return {
    ...fields,
    policy: encoded,
    'x-amz-signature': signatureOf(credentials.secretAccessKey, scope, encoded),
  }
}
