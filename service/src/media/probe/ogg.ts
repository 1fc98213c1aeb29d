// Reads Ogg sound: Opus and Vorbis.
import type { Bytes } from '../bytes.ts'
import { endsEarly } from '../faulty-file.ts'
import type { Look } from './look.ts'
import { readTracks } from './tracks.ts'

const HEAD_BYTES = 27
const LARGEST_PAGE_BYTES = HEAD_BYTES + 255 + 255 * 255

export async function readOgg({ file }: Look) {
  await checkLastPage(file)
  return readTracks(file, ({ OGG }) => [OGG])
}

/** Throws `FaultyFile` where the last page is not whole (RFC 3533, 6). A page that ends the stream is not asked for. */
async function checkLastPage(file: Bytes): Promise<void> {
  const tail = await file.upTo(Math.max(0, file.size - LARGEST_PAGE_BYTES), LARGEST_PAGE_BYTES)
  const page = tail.subarray(tail.lastIndexOf('OggS\0', undefined, 'latin1'))
  if (page.length < HEAD_BYTES) throw endsEarly()
  const segments = page.readUInt8(26)
  if (page.length < HEAD_BYTES + segments) throw endsEarly()
  const lengths = page.subarray(HEAD_BYTES, HEAD_BYTES + segments)
  const dataBytes = lengths.reduce((sum, length) => sum + length, 0)
  if (page.length < HEAD_BYTES + segments + dataBytes) throw endsEarly()
}
