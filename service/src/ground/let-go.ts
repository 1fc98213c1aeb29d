// Buffers whose bytes nobody needs any more, given back at once.

/** Smaller ones come from a pool that others use too, or are not worth the call. */
const WORTHWHILE_BYTES = 4096

/**
 * Gives back the memory of bytes that own all of theirs; they are empty afterwards. The engine would keep it until its
 * next collection, and looks through the whole heap each time 64 MB have piled up outside: while large files arrive,
 * that took more time than hashing them.
 */
export function letGo(bytes: Uint8Array): void {
  if (ownsBuffer(bytes) && bytes.byteLength >= WORTHWHILE_BYTES) bytes.buffer.transfer(0)
}

/** Whether nobody else's bytes are in the same memory. */
export const ownsBuffer = (bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength

/** Takes the chunks for good, and copies them into memory that nobody else's bytes are in. */
export function joined(chunks: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  const whole = Buffer.allocUnsafeSlow(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0))
  let end = 0
  for (const chunk of chunks) {
    whole.set(chunk, end)
    end += chunk.byteLength
    letGo(chunk)
  }
  return whole
}
