// The connections to an S3-compatible store, and how long is waited for it.
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { Credentials } from './sigv4.ts'
import { BucketError } from './trouble.ts'

export interface BucketSettings {
  bucket: string
  /** Before every key: empty, or ending in a slash. */
  prefix: string
  /** Undefined means AWS. */
  endpoint: string | undefined
  /** Where browsers reach the store; undefined means the endpoint. */
  publicEndpoint: string | undefined
  region: string
  /** Undefined means wherever the AWS SDK finds some: its variables, files, or the machine's role. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined
  forcePathStyle: boolean
  /** Scales every wait; 1 if not given. */
  patience?: number
}

/** How long one try may take, and all of them together. */
interface Patience {
  tryMs: number
  allMs: number
}

const QUICK: Patience = { tryMs: 8_000, allMs: 20_000 }
/** For requests that carry bytes. */
export const PATIENT: Patience = { tryMs: 30_000, allMs: 60_000 }
/** For requests that let the store copy or join. */
export const LONG: Patience = { tryMs: 120_000, allMs: 180_000 }

const CONNECT_MS = 3_000
const TRIES = 3
const WORKING_SOCKETS = 64
/** A slow reader holds one for as long as it reads. */
const READING_SOCKETS = 512

export interface Limits {
  abortSignal: AbortSignal
  requestTimeout: number
}

/** Makes one request; throws a BucketError. */
export type Call = <T>(
  operation: string,
  send: (limits: Limits) => Promise<T>,
  patience?: Patience,
) => Promise<T>

/** Two pools of connections: readers, who may be slow, keep nobody from storing. */
export function openClients(settings: BucketSettings) {
  const working = new S3Client(clientOf(settings, WORKING_SOCKETS))
  const reading = new S3Client(clientOf(settings, READING_SOCKETS))
  const scale = settings.patience ?? 1
  const call: Call = async (operation, send, { tryMs, allMs } = QUICK) => {
    const giveUp = new AbortController()
    const timer = setTimeout(() => giveUp.abort(), allMs * scale)
    try {
      return await send({ abortSignal: giveUp.signal, requestTimeout: tryMs * scale })
    } catch (error) {
      throw new BucketError(operation, error)
    } finally {
      clearTimeout(timer) // or it would cut a body that is still being read
    }
  }
  return {
    working,
    reading,
    call,
    /** Those of now; lent ones change. */
    credentials: (): Promise<Credentials> => working.config.credentials(),
    close: () => {
      working.destroy()
      reading.destroy()
    },
  }
}

const silent = () => undefined

function clientOf(settings: BucketSettings, maxSockets: number): S3ClientConfig {
  const { endpoint, region, credentials, forcePathStyle, patience = 1 } = settings
  const agent = { keepAlive: true, maxSockets }
  return {
    region,
    forcePathStyle,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: TRIES,
    expectContinueHeader: false, // it would take a connection of its own for every part, outside the pool
    // Stores other than AWS refuse the checksum trailers that newer clients send unasked.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS * patience,
      throwOnRequestTimeout: true,
      socketTimeout: 0, // a reader may take its time; who waits for bytes has a limit of its own
      httpAgent: agent,
      httpsAgent: agent,
    },
    logger: { trace: silent, debug: silent, info: silent, warn: silent, error: silent },
  }
}
