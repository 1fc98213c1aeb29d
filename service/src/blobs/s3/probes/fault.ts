// A store's errors, told apart by what would cure them.
import type { Ailment, StoreFault } from '../../../upkeep/doctor/store-fault.ts'
import { BucketError } from '../trouble.ts'

const AILMENTS: Record<string, Ailment> = {
  AccessDenied: 'denied',
  Forbidden: 'denied',
  AllAccessDisabled: 'denied',
  InvalidAccessKeyId: 'keys',
  SignatureDoesNotMatch: 'keys',
  CredentialsProviderError: 'keys',
  ExpiredToken: 'keys',
  InvalidToken: 'keys',
  RequestTimeTooSkewed: 'clock',
  RequestExpired: 'clock',
  NoSuchBucket: 'bucket',
  PermanentRedirect: 'region',
  TemporaryRedirect: 'region',
  AuthorizationHeaderMalformed: 'region',
  IllegalLocationConstraintException: 'region',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'unreachable',
  TimeoutError: 'unreachable',
  AbortError: 'unreachable',
}
/** Of OpenSSL and of Node's check of names. */
const TLS = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO$|HOSTNAME_MISMATCH$)/

/** The answer to a HEAD has no room for a code. */
const DENIED = 403

export function faultOf(error: unknown): StoreFault {
  const cause = error instanceof Error && error.cause instanceof BucketError ? error.cause : error
  const said = cause instanceof Error ? cause.message : String(cause)
  const ailment = ailmentOf(codeOf(cause))
  const isMute = ailment === 'unclear' && cause instanceof BucketError && cause.status === DENIED
  return { ailment: isMute ? 'denied' : ailment, said }
}

export const ailmentOf = (code: string): Ailment => AILMENTS[code] ?? (TLS.test(code) ? 'tls' : 'unclear')

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''
