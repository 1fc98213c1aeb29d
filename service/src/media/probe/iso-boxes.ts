// Walks the outermost boxes of the ISO media family, whose readers do not mind an end that was cut off.
import type { Bytes } from '../bytes.ts'
import { endsEarly } from '../faulty-file.ts'

/** Boxes that hold media or say where it is. Of others, and of what is no box, an end that is missing is no loss. */
const neededBoxes = ['mdat', 'moov', 'moof', 'mfra', 'meta']

/** Throws `FaultyFile` where a needed box reaches past the end of the file (ISO/IEC 14496-12, 4.2). */
export async function checkBoxes(file: Bytes): Promise<void> {
  let offset = 0
  while (offset + 8 <= file.size) {
    const head = await file.upTo(offset, 16)
    const size = boxSize(head)
    // Zero reaches to the end; less than a header is no box.
    if (size < 8) return
    if (offset + size > file.size) {
      if (neededBoxes.includes(head.toString('latin1', 4, 8))) throw endsEarly()
      return
    }
    offset += size
  }
}

/** Of a box with its head, from its first 16 bytes; 0 where it reaches to the end, below 8 where it is no box. */
export function boxSize(head: Buffer): number {
  const size = head.readUInt32BE(0)
  return size === 1 && head.length === 16 ? Number(head.readBigUInt64BE(8)) : size
}
