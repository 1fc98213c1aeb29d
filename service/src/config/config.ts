// The installation's settings: the only reader of the environment. Every complaint is made at once.
import path from 'node:path'
import { createReader } from './read-variables.ts'

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

export interface Config {
  host: string
  port: number
  dataDir: string
  /** What URLs are built from; undefined where the address that is listened on gives it. */
  publicUrl: string | undefined
  /** What media URLs are built from; undefined means the public URL. */
  mediaUrl: string | undefined
  tls: { certFile: string; keyFile: string } | undefined
  /** Undefined means a key file in the data folder. */
  secretKey: string | undefined
  uploadTtlSeconds: number
  maxUploadBytes: number
  completeWaitSeconds: number
  mediaCacheSeconds: number
  /** Origins whose pages may call the API from a browser; `*` for any. */
  corsOrigins: string[]
  logLevel: LogLevel
  /** Whether X-Forwarded-* is believed. */
  trustProxy: boolean
}

/** A configuration, and every variable that cannot be used, one sentence each: with any, it is not to be run. */
export interface Settings {
  config: Config
  complaints: string[]
}

const YEAR_SECONDS = 31_536_000
const WEEK_SECONDS = 604_800
const GIB = 1024 ** 3

export function readSettings(environment: Record<string, string | undefined> = process.env): Settings {
  const read = createReader(environment)
  const allowInsecure = read.flag('ALLOW_INSECURE_PUBLIC_URL')
  const config: Config = {
    host: read.text('HOST') ?? '127.0.0.1',
    port: read.integer('PORT', { fallback: 8787, min: 0, max: 65_535 }),
    dataDir: path.resolve(read.text('DATA_DIR') ?? 'data'),
    publicUrl: read.url('PUBLIC_URL', { allowInsecure }),
    mediaUrl: read.url('MEDIA_URL', { allowInsecure }),
    tls: read.pair('TLS_CERT_FILE', 'TLS_KEY_FILE', (certFile, keyFile) => ({ certFile, keyFile })),
    secretKey: read.secret('SECRET_KEY', 32),
    uploadTtlSeconds: read.integer('UPLOAD_TTL_SECONDS', { fallback: 3600, min: 1, max: WEEK_SECONDS }),
    maxUploadBytes: read.integer('MAX_UPLOAD_BYTES', { fallback: 5 * GIB, min: 1, max: 1024 * GIB }),
    completeWaitSeconds: read.integer('COMPLETE_WAIT_SECONDS', { fallback: 25, min: 0, max: 55 }),
    mediaCacheSeconds: read.integer('MEDIA_CACHE_SECONDS', {
      fallback: YEAR_SECONDS,
      min: 0,
      max: YEAR_SECONDS,
    }),
    corsOrigins: read.origins('CORS_ORIGINS'),
    logLevel: read.choice('LOG_LEVEL', 'info', [
      'fatal',
      'error',
      'warn',
      'info',
      'debug',
      'trace',
      'silent',
    ]),
    trustProxy: read.flag('TRUST_PROXY'),
  }
  if (config.publicUrl === undefined && config.tls === undefined && !allowInsecure) read.loopback('HOST')
  return { config: Object.freeze(config), complaints: read.complaints }
}
