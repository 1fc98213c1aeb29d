// Buffers that are given back: fresh ones by the gigabyte keep the engine's collector busier than the disk.

export interface SpareBuffers {
  /** Of so many bytes, with whatever is in them. */
  take(bytes: number): Buffer
  /** A piece, for as long as its taker does not ask for more. */
  lend(piece: Buffer): AsyncGenerator<Uint8Array>
}

export function createSpareBuffers({ bytes, most }: { bytes: number; most: number }): SpareBuffers {
  const spare: Buffer[] = []
  const giveBack = ({ buffer }: Buffer) => {
    if (spare.length < most) spare.push(Buffer.from(buffer))
  }
  return {
    take: wanted => (spare.pop() ?? Buffer.allocUnsafeSlow(bytes)).subarray(0, wanted),
    lend: async function* (piece) {
      try {
        yield piece
      } finally {
        giveBack(piece)
      }
    },
  }
}
