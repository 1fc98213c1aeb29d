// The installation's settings: the only reader of the environment. Every complaint is made at once.
import path from 'node:path'
import { type Delivery, delivery } from './read-delivery.ts'
import { ffmpegPlaces, type ImagePreset, imagePresets } from './read-pictures.ts'
import { type S3Config, s3 } from './read-s3.ts'
import { metricsPort, type TracesConfig, traces } from './read-telemetry.ts'
import {
  choice,
  flag,
  host,
  hosts,
  integer,
  integerOrOff,
  origins,
  pair,
  ports,
  postgresUrl,
  publicAddress,
  type SecretKeys,
  secrets,
  tcpAddress,
  variablesOf,
} from './read-variables.ts'

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

export interface Config {
  host: string
  port: number
  dataDir: string
  /** Undefined keeps the rows in a file in the data folder. The URL may contain a password. */
  database: { url: string; connections: number } | undefined
  /** The store of the bytes; undefined keeps them in the data folder. */
  s3: S3Config | undefined
  /** What URLs are built from; undefined where the address that is listened on gives it. */
  publicUrl: string | undefined
  /** What media URLs are built from; undefined means the public URL. */
  mediaUrl: string | undefined
  tls: { certFile: string; keyFile: string } | undefined
  /** The current one first, then earlier ones; undefined means a key file in the data folder. */
  secretKeys: SecretKeys | undefined
  uploadTtlSeconds: number
  maxUploadBytes: number
  completeWaitSeconds: number
  /** The most attempts a workspace may have open. */
  maxPendingPerWorkspace: number
  /** Who sends the bytes of media: this process, the bucket, or an nginx in front. */
  delivery: Delivery
  mediaCacheSeconds: number
  /** Hosts of the operator's own network that webhooks may lead to. */
  webhookAllowHosts: string[]
  /** How long events are kept. */
  eventsTtlDays: number
  /** Pictures that clients may ask for besides the built-in ones. */
  imagePresets: ImagePreset[]
  /** The most that the pictures made of assets may take on this node's disk. */
  derivativesMaxBytes: number
  /** Where ffmpeg may be, first one first; none takes no frames of videos. */
  ffmpegPlaces: string[]
  /** Whether pictures are published without EXIF, GPS and other metadata. */
  privacyStrip: boolean
  /** Where clamd listens; undefined scans nothing. */
  clamav: { host: string; port: number } | undefined
  /** Ports a source URL may name. */
  fetchPorts: number[]
  /** Hosts a source URL may name, `*.` for the subdomains of one; empty allows every public host. */
  fetchHostAllowlist: string[]
  /** Origins whose pages may call the API from a browser; `*` for any. */
  corsOrigins: string[]
  /** Requests a minute of one workspace at one node; undefined for any number. */
  rateLimit: number | undefined
  logLevel: LogLevel
  /** Where metrics are told; undefined tells none. */
  metricsPort: number | undefined
  /** Where traces are sent; undefined makes none. */
  traces: TracesConfig | undefined
  /** Whether X-Forwarded-* is believed. */
  trustProxy: boolean
}

/** A configuration, and every variable that cannot be used, one sentence each: with any, it is not to be run. */
export interface Settings {
  config: Config
  complaints: string[]
}

/** Below this a secret could be guessed. */
export const MIN_SECRET_CHARACTERS = 32

const YEAR_SECONDS = 31_536_000
const WEEK_SECONDS = 604_800
const GIB = 1024 ** 3

export function readSettings(environment: Record<string, string | undefined> = process.env): Settings {
  const variables = variablesOf(environment)
  const allowInsecure = flag(variables, 'ALLOW_INSECURE_PUBLIC_URL')
  const publicUrl = publicAddress(variables, 'PUBLIC_URL', { allowInsecure })
  const tls = pair(variables, 'TLS_CERT_FILE', 'TLS_KEY_FILE')
  const whole = (name: string, fallback: number, min: number, max: number) =>
    integer(variables, name, { fallback, min, max })
  const databaseUrl = postgresUrl(variables, 'DATABASE_URL')
  const connections = whole('DATABASE_CONNECTIONS', 10, 2, 500)
  const bucket = s3(variables, { allowInsecure })
  const port = whole('PORT', 8787, 0, 65_535)
  const config: Config = {
    host: host(variables, 'HOST', {
      isShielded: allowInsecure || tls !== undefined || variables.text('PUBLIC_URL') !== undefined,
    }),
    port,
    dataDir: path.resolve(variables.text('DATA_DIR') ?? 'data'),
    database: databaseUrl === undefined ? undefined : { url: databaseUrl, connections },
    s3: bucket,
    publicUrl,
    mediaUrl: publicAddress(variables, 'MEDIA_URL', { allowInsecure }),
    tls: tls && { certFile: tls.first, keyFile: tls.second },
    secretKeys: secrets(variables, 'SECRET_KEY', {
      minCharacters: MIN_SECRET_CHARACTERS,
      isShared: variables.text('DATABASE_URL') !== undefined,
    }),
    uploadTtlSeconds: whole('UPLOAD_TTL_SECONDS', 3600, 1, WEEK_SECONDS),
    maxUploadBytes: whole('MAX_UPLOAD_BYTES', 5 * GIB, 1, 1024 * GIB),
    maxPendingPerWorkspace: whole('MAX_PENDING_PER_WORKSPACE', 10_000, 1, 10_000_000),
    completeWaitSeconds: whole('COMPLETE_WAIT_SECONDS', 25, 0, 55),
    delivery: delivery(variables, { bucket, allowInsecure }),
    mediaCacheSeconds: whole('MEDIA_CACHE_SECONDS', YEAR_SECONDS, 0, YEAR_SECONDS),
    eventsTtlDays: whole('EVENTS_TTL_DAYS', 30, 1, 3650),
    imagePresets: imagePresets(variables, 'IMAGE_PRESETS'),
    derivativesMaxBytes: whole('DERIVATIVES_MAX_BYTES', GIB, GIB / 16, 1024 * GIB),
    ffmpegPlaces: ffmpegPlaces(variables, 'FFMPEG_PATH'),
    privacyStrip: choice(variables, 'PRIVACY_STRIP', ['off', 'on']) === 'on',
    clamav: tcpAddress(variables, 'CLAMAV_URL'),
    fetchPorts: ports(variables, 'FETCH_PORTS', [443]),
    fetchHostAllowlist: hosts(variables, 'FETCH_HOST_ALLOWLIST'),
    webhookAllowHosts: hosts(variables, 'WEBHOOK_ALLOW_HOSTS'),
    corsOrigins: origins(variables, 'CORS_ORIGINS'),
    rateLimit: integerOrOff(variables, 'RATE_LIMIT', { fallback: 6000, min: 1, max: 10_000_000 }),
    logLevel: choice(variables, 'LOG_LEVEL', ['info', 'fatal', 'error', 'warn', 'debug', 'trace', 'silent']),
    metricsPort: metricsPort(variables, 'METRICS_PORT', port),
    traces: traces(variables),
    trustProxy: flag(variables, 'TRUST_PROXY'),
  }
  return { config: Object.freeze(config), complaints: variables.complaints }
}
