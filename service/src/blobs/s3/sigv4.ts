// AWS Signature Version 4, as far as a browser is to carry it: a day's key, and what it signs.
import { createHmac } from 'node:crypto'

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  /** Of credentials that are lent for a time. */
  sessionToken?: string | undefined
}

export const ALGORITHM = 'AWS4-HMAC-SHA256'

/** Unix milliseconds as `20261124T120000Z`. */
export const amzDate = (time: number): string =>
  `${new Date(time).toISOString().slice(0, 19)}Z`.replace(/[-:]/g, '')

/** What a signature is good for: one day, one region, this service. */
export const scopeOf = (date: string, region: string): string =>
  `${date.slice(0, 8)}/${region}/s3/aws4_request`

/** In hex. */
export function signatureOf(secretAccessKey: string, scope: string, text: string): string {
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`)
  return hmac(key, text).toString('hex')
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
