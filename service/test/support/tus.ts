// The tus protocol by hand, one request at a time.
import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { type Reservation, reserve } from './reserve.ts'
import type { RunningService } from './start-service.ts'
import { completed } from './uploads.ts'

type Reach = Pick<RunningService, 'fetch'>

const TUS = { 'tus-resumable': '1.0.0' }

export const tusPost = (reach: Reach, url: string, headers: Record<string, string>, body?: Uint8Array) =>
  reach.fetch(url, {
    method: 'POST',
    headers: { ...TUS, ...headers },
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  })

export const tusHead = (reach: Reach, url: string) => reach.fetch(url, { method: 'HEAD', headers: TUS })

export const tusPatch = (
  reach: Reach,
  url: string,
  { offset, bytes, headers = {} }: { offset: number; bytes: Uint8Array; headers?: Record<string, string> },
) =>
  reach.fetch(url, {
    method: 'PATCH',
    headers: {
      ...TUS,
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
      ...headers,
    },
    body: new Uint8Array(bytes),
  })

export const tusDelete = (reach: Reach, url: string) => reach.fetch(url, { method: 'DELETE', headers: TUS })

/** Where the service says the upload is. */
export async function offsetOf(reach: Reach, url: string): Promise<number> {
  const response = await tusHead(reach, url)
  if (response.status !== 200) throw new Error(`HEAD: ${response.status}`)
  return Number(response.headers.get('upload-offset'))
}

export const checksumOf = (algorithm: string, bytes: Uint8Array): string =>
  `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`

/** A reservation whose tus upload of so many bytes has begun. */
export async function begun(herbarium: RunningService, bytes: number): Promise<Reservation> {
  const reservation = await reserve(herbarium)
  const answer = await tusPost(herbarium, reservation.upload_url, { 'upload-length': String(bytes) })
  if (answer.status !== 201) throw new Error(`tus creation: ${answer.status} ${await answer.text()}`)
  return reservation
}

/** The bytes of `file` from `from` to before `end`, in one PATCH. */
export const sendPiece = (
  reach: Reach,
  to: { upload_url: string },
  piece: { file: Uint8Array; from: number; end?: number; headers?: Record<string, string> | undefined },
) =>
  tusPatch(reach, to.upload_url, {
    offset: piece.from,
    bytes: piece.file.subarray(piece.from, piece.end),
    headers: piece.headers ?? {},
  })

/** Completes the asset: it is ready, and exactly these bytes are served. */
export async function expectServed(herbarium: RunningService, to: Reservation, file: Buffer): Promise<void> {
  expect(await completed(herbarium, to.asset_id)).toMatchObject({ status: 'ready' })
  const served = await fetch(new URL(new URL(to.url).pathname, herbarium.origin))
  expect(Buffer.from(await served.arrayBuffer()).equals(file)).toBe(true)
}
