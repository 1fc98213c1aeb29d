// The bytes of an answer: decoded, counted, and cut off at the cap.
import type { IncomingMessage } from 'node:http'
import { pipeline, Readable, Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { FetchFailure } from '../ground/fetch-failure.ts'
import type { Attempt } from './attempt.ts'
import { broken, tooLarge, unknownEncoding } from './fetch-failure.ts'
import type { Answer } from './follow.ts'
import type { Target } from './target.ts'

/**
 * Streams the answer's bytes, at most `maxBytes` after decoding. Throws FetchFailure, at once where the headers give
 * reason to, else to whoever reads. However the stream ends, the attempt ends with it.
 */
export function readBody(answer: Answer, maxBytes: number, attempt: Attempt): Readable {
  const body = Readable.from(translated(decoded(answer, maxBytes), answer.target, attempt.signal))
  // Whoever reads is told; a reader who has gone must not bring the process down.
  body.on('error', () => {})
  return body.once('close', () => attempt.end())
}

function decoded({ response, target }: Answer, maxBytes: number): Readable {
  const encoding = encodingOf(response)
  if (encoding === 'unknown') throw unknownEncoding(target)
  const counter = countUpTo(maxBytes, maxBytes)
  const maxSentBytes = encoding === 'gzip' ? compressedCap(maxBytes) : maxBytes
  if (Number(response.headers['content-length'] ?? 0) > maxSentBytes) throw tooLarge(maxBytes)
  const decoders = encoding === 'gzip' ? [countUpTo(maxSentBytes, maxBytes), createGunzip()] : []
  // What goes wrong is the last stream's error too.
  pipeline([response, ...decoders, counter], () => {})
  return counter
}

async function* translated(bytes: Readable, target: Target, signal: AbortSignal) {
  try {
    yield* bytes
  } catch (error) {
    if (error instanceof FetchFailure) throw error
    throw signal.aborted ? signal.reason : broken(target, error)
  }
}

type Encoding = 'identity' | 'gzip' | 'unknown'

function encodingOf(response: IncomingMessage): Encoding {
  const named = (response.headers['content-encoding'] ?? '').toLowerCase().split(',')
  const encodings = named.map(name => name.trim()).filter(name => name !== '' && name !== 'identity')
  if (encodings.length === 0) return 'identity'
  return encodings.length === 1 && ['gzip', 'x-gzip'].includes(encodings[0] ?? '') ? 'gzip' : 'unknown'
}

/** What cannot be compressed grows a little in gzip. */
const compressedCap = (maxBytes: number) => Math.ceil(maxBytes * 1.01) + 1024

/** Lets `cap` bytes through; one more is a file larger than `maxBytes`. */
function countUpTo(cap: number, maxBytes: number): Transform {
  let count = 0
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      count += chunk.byteLength
      if (count > cap) done(tooLarge(maxBytes))
      else done(null, chunk)
    },
  })
}
