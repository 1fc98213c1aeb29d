// Bytes for a store, keys to put them under, and the way in and out.
import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { Blobs } from '../../src/assets/ports.ts'
import { randomIds } from '../../src/ground/ids.ts'

/** What published bytes of a test are called, where nothing depends on it. */
export const AS_PNG = { contentType: 'image/png', name: null }

export const freshQuarantineKey = (): string => `quarantine/${randomIds.token()}.1`

export function freshMediaKey(): string {
  const token = randomBytes(16).toString('hex')
  return `media/${token.slice(0, 2)}/${token}`
}

/** Bytes that tell their place: no two stretches of them are alike. */
export function patternOf(bytes: number): Buffer {
  const pattern = Buffer.alloc(bytes)
  for (let at = 0; at + 4 <= bytes; at += 4) pattern.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at)
  return pattern
}

export async function put(blobs: Blobs, key: string, ...pieces: Uint8Array[]): Promise<void> {
  const writer = await blobs.create(key)
  for (const piece of pieces) await writer.write(Uint8Array.from(piece)) // the writer takes it for good
  await writer.commit()
}

/** The first `bytes` bytes under the key. */
export const contentOf = async (blobs: Blobs, key: string, bytes: number): Promise<Buffer> =>
  buffer(await blobs.read(key, { start: 0, end: bytes - 1 }))

/** The keys that a sweep at `time` would look at, in order. */
export async function leftoversOf(blobs: Blobs, time: number): Promise<string[]> {
  const keys: string[] = []
  for await (const page of blobs.leftovers(time)) keys.push(...page)
  return keys.sort()
}
