// The first bytes of a file that streams by, copied: who writes the file takes its bytes for good.

/** Enough for every type this service knows. */
export const HEAD_BYTES = 64 * 1024

export interface Head {
  add(chunk: Uint8Array): void
  /** At most `HEAD_BYTES`. */
  bytes(): Uint8Array
}

export function createHead(): Head {
  const chunks: Uint8Array[] = []
  let missing = HEAD_BYTES
  return {
    add: chunk => {
      if (missing === 0) return
      const part = Buffer.from(chunk.subarray(0, missing))
      chunks.push(part)
      missing -= part.byteLength
    },
    bytes: () => {
      const [first = new Uint8Array()] = chunks
      return chunks.length <= 1 ? first : Buffer.concat(chunks)
    },
  }
}
