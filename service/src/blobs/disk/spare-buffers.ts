// Buffers that are given back: fresh ones by the gigabyte keep the engine's collector busier than the disk.

export interface SpareBuffers {
  /** Of so many bytes, with whatever is in them. */
  take(bytes: number): Buffer
  giveBack(piece: Buffer): void
}

export function createSpareBuffers({ bytes, most }: { bytes: number; most: number }): SpareBuffers {
  const spare: Buffer[] = []
  return {
    take: wanted => (spare.pop() ?? Buffer.allocUnsafeSlow(bytes)).subarray(0, wanted),
    giveBack: ({ buffer }) => {
      if (spare.length < most) spare.push(Buffer.from(buffer))
    },
  }
}
