// The first bytes of a file that streams by, copied: who writes the file takes its bytes for good.
import { letGo } from '../ground/let-go.ts'

/** Enough for every type this service knows. */
export const HEAD_BYTES = 64 * 1024

export interface Head {
  add(chunk: Uint8Array): void
  /** At most `HEAD_BYTES`. */
  bytes(): Uint8Array
  /** Nobody looks at them any more. */
  letGo(): void
}

export function createHead(): Head {
  const memory = Buffer.allocUnsafeSlow(HEAD_BYTES)
  let filled = 0
  return {
    add: chunk => {
      const part = chunk.subarray(0, HEAD_BYTES - filled)
      memory.set(part, filled)
      filled += part.byteLength
    },
    bytes: () => memory.subarray(0, filled),
    letGo: () => letGo(memory),
  }
}
