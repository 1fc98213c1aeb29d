// Why a store of objects refuses what it is asked, and the cure of each reason.

export type Ailment = 'denied' | 'keys' | 'clock' | 'bucket' | 'region' | 'tls' | 'unreachable' | 'unclear'

export interface StoreFault {
  ailment: Ailment
  /** The store's or the system's own words. */
  said: string
}

const POLICY = '(docs/operations.md, "Bytes in a bucket")'
const KEYS = `set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY to keys that may use the bucket ${POLICY}.`

const CURES = {
  denied: KEYS,
  keys: KEYS,
  clock: 'set the clock of this machine (NTP): signatures are good for minutes.',
  bucket: 'create the bucket, or name another one.',
  region: 'set S3_REGION to the region of the bucket.',
  tls: 'give the store a certificate for the name it is asked by, or NODE_EXTRA_CA_CERTS the authority that signed it.',
  unreachable: 'check S3_ENDPOINT, S3_REGION and S3_FORCE_PATH_STYLE, and that the store answers.',
  unclear: 'check S3_ENDPOINT, S3_REGION and S3_FORCE_PATH_STYLE, and that the store answers.',
} satisfies Record<Ailment, string>

/** A clause that follows a colon. */
export const cureOf = ({ ailment }: StoreFault): string => CURES[ailment]
