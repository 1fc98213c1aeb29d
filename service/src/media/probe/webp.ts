// Tells a WebP that was cut off from one that is broken.
import type { Bytes } from '../bytes.ts'
import { endsEarly } from '../faulty-file.ts'

/** Throws `FaultyFile` where the file is shorter than it says (RFC 9649, 2.4). */
export async function checkWebp(file: Bytes): Promise<void> {
  const head = await file.at(0, 12)
  if (8 + head.readUInt32LE(4) > file.size) throw endsEarly()
}
