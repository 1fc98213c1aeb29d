// Passes on a part of a file in pieces.
import type { Bytes } from '../bytes.ts'

const PIECE_BYTES = 256 * 1024

/** The `length` bytes from `offset` on. Throws `FaultyFile` where the file ends before them. */
export async function* copy(file: Bytes, offset: number, length: number): AsyncGenerator<Buffer> {
  for (let done = 0; done < length; done += PIECE_BYTES)
    yield await file.at(offset + done, Math.min(PIECE_BYTES, length - done))
}
