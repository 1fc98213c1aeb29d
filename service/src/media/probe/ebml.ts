// Finds the one segment of a WebM, whose readers do not mind an end that was cut off.
import type { Bytes } from '../bytes.ts'
import { endsEarly, unreadable } from '../faulty-file.ts'

const SEGMENT = 0x18538067

interface Element {
  id: number
  /** Where its data begins. */
  start: number
  /** Undefined where the writer did not know: a live recording. */
  size: number | undefined
}

/** Throws `FaultyFile` where the segment says that it is longer than the file (RFC 8794, 6). */
export async function checkSegment(file: Bytes): Promise<void> {
  let element = await elementAt(file, 0)
  while (element.id !== SEGMENT) {
    if (element.size === undefined) throw unreadable('begins as WebM but holds no segment')
    element = await elementAt(file, element.start + element.size)
  }
  if (element.size !== undefined) {
    if (element.start + element.size > file.size) throw endsEarly()
    return
  }
  // A live recording: its segment has no end, but what stands in it may have.
  for (let offset = element.start; offset < file.size; ) {
    const child = await elementAt(file, offset)
    if (child.size === undefined) return
    offset = child.start + child.size
    if (offset > file.size) throw endsEarly()
  }
}

async function elementAt(file: Bytes, offset: number): Promise<Element> {
  const id = await numberAt(file, offset, 'with its length bits')
  const size = await numberAt(file, offset + id.length, 'alone')
  const isUnknown = size.value === 2 ** (7 * size.length) - 1
  return { id: id.value, start: offset + id.length + size.length, size: isUnknown ? undefined : size.value }
}

/** A number whose first byte's leading zeros tell its length (RFC 8794, 4). */
async function numberAt(file: Bytes, offset: number, kept: 'with its length bits' | 'alone') {
  const first = (await file.at(offset, 1)).readUInt8()
  const length = Math.clz32(first) - 23
  if (length > 8) throw unreadable('is a WebM with damaged elements')
  const bytes = await file.at(offset, length)
  let value = kept === 'alone' ? first & (0xff >> length) : first
  for (const byte of bytes.subarray(1)) value = value * 256 + byte
  return { value, length }
}
