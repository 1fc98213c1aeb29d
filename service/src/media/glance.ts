// What the first bytes tell of a file, for kinds whose header says it all: no process needs to open it then.
import type { MediaFacts } from '../assets/media-facts.ts'
import type { Bytes } from './bytes.ts'
import { endsEarly, FaultyFile, factsOfFaulty, noFacts } from './faulty-file.ts'
import { readWav } from './probe/wav.ts'

const BEYOND = new Error('lies behind the first bytes')

/** A bounded walk through bytes in memory, none of which is decoded. Never throws for a file's sake. */
export async function glance(
  contentType: string,
  head: Uint8Array,
  sizeBytes: number,
): Promise<MediaFacts | undefined> {
  if (contentType !== 'audio/wav') return undefined
  try {
    return { ...noFacts, ...(await readWav({ file: headOf(head, sizeBytes) })) }
  } catch (error) {
    if (error === BEYOND) return undefined
    if (error instanceof FaultyFile) return factsOfFaulty(error)
    throw error
  }
}

/** The file as far as it is in memory; asking for more throws `BEYOND`. */
function headOf(head: Uint8Array, size: number): Bytes {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  const upTo = async (offset: number, length: number) => {
    const end = Math.min(offset + length, size)
    if (end > bytes.byteLength) throw BEYOND
    return bytes.subarray(offset, end)
  }
  return {
    size,
    upTo,
    at: async (offset, length) => {
      if (offset + length > size) throw endsEarly()
      return upTo(offset, length)
    },
    close: async () => undefined,
  }
}
