// A resumable upload by tus 1.0.0 (https://tus.io/protocols/resumable-upload): chunks, each from where the server is.
import { FIRST_CHUNK_BYTES, nextChunkBytes, smallerChunkBytes } from './chunk-size.ts'
import { HerbariumError } from './errors.ts'
import { type Answer, beforeRetry, type Call, type Send } from './send.ts'
import { stillReads } from './source.ts'

const TUS = { 'tus-resumable': '1.0.0' }
const CHUNK_TIMEOUT_MS = 120_000
/** In a row, with not a byte more on the server: most of a minute. */
const MAX_FAILURES = 10

export interface Bringing {
  send: Send
  blob: Blob
  url: string
  signal: AbortSignal | undefined
  assetId: string
  onSent(bytes: number): void
}

/** Begins where the server is, and resolves once it has all bytes durably. Throws `forbidden` for a dead URL. */
export async function sendResumable(to: Bringing): Promise<void> {
  const { blob, signal, onSent } = to
  let chunkBytes = FIRST_CHUNK_BYTES
  /** Where the server is; undefined when it must be asked. */
  let offset: number | undefined
  let furthest = 0
  for (let failures = 0; ; failures++) {
    try {
      offset ??= await offsetOf(to)
      while (offset < blob.size) {
        onSent(offset)
        const startedAt = performance.now()
        if (offset > furthest) failures = 0
        furthest = offset
        offset = await sendChunk(to, blob.slice(offset, offset + chunkBytes), offset)
        chunkBytes = nextChunkBytes(chunkBytes, performance.now() - startedAt)
      }
      return onSent(offset)
    } catch (error) {
      if (failures >= MAX_FAILURES) throw error
      if (!isMovedOn(error)) await beforeRetry(error, failures, signal)
      await stillReads(blob, offset ?? furthest)
      offset = undefined
      chunkBytes = smallerChunkBytes(chunkBytes)
    }
  }
}

/** What a connection that broke has brought counts, so the server may be elsewhere than was thought. */
const isMovedOn = (error: unknown): boolean => error instanceof HerbariumError && error.code === 'conflict'

async function sendChunk(to: Bringing, chunk: Blob, offset: number): Promise<number> {
  const answer = await call(to, 'PATCH', {
    headers: {
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
      'upload-length': String(to.blob.size), // it may not have been reserved
    },
    body: chunk,
    timeoutMs: CHUNK_TIMEOUT_MS,
    isRetried: false,
  })
  return offsetIn(answer, to)
}

/** Asking also stops an older connection that only seems alive. */
const offsetOf = async (to: Bringing): Promise<number> =>
  offsetIn(await call(to, 'HEAD', { isRetried: false }), to)

/** Gives the upload up: its bytes are removed and its URL is dead. */
export async function terminate({ send, url }: { send: Send; url: string }): Promise<void> {
  await send({ method: 'DELETE', url, headers: TUS })
}

function call(to: Bringing, method: string, { headers, ...rest }: Partial<Call>): Promise<Answer> {
  const { send, url, signal, assetId } = to
  return send({ method, url, headers: { ...TUS, ...headers }, signal, assetId, ...rest })
}

function offsetIn({ status, headers }: Answer, { assetId }: Bringing): number {
  const offset = headers.get('upload-offset')
  if (offset !== null && /^\d+$/.test(offset)) return Number(offset)
  const message = 'The upload URL answered without an Upload-Offset: does a proxy remove it?'
  throw new HerbariumError('unknown_error', message, { status, assetId })
}
