// Reads how many pages a PDF has.
import { readFile } from 'node:fs/promises'
import type { Bytes } from '../bytes.ts'
import { endsEarly, unreadable } from '../faulty-file.ts'
import type { Look } from './look.ts'

/** Readers look for the end in the last kilobyte; downloads are known to carry more behind it. */
const TAIL_BYTES = 64 * 1024
const HEAD_BYTES = 1024

/** Throws `FaultyFile` for one without an end or without pages. An encrypted one keeps its number of pages to itself. */
export async function readPdf({ path, file }: Look): Promise<{ pages: number | null }> {
  await checkEnd(file)
  const { ParseSpeeds, PDFDocument } = await import('pdf-lib')
  const document = await PDFDocument.load(await readFile(path), {
    ignoreEncryption: true,
    parseSpeed: ParseSpeeds.Fastest,
    updateMetadata: false,
  })
  if (document.isEncrypted) return { pages: null }
  const pages = document.getPageCount()
  if (pages === 0) throw unreadable('is a PDF without pages')
  return { pages }
}

/** The parser repairs what was cut off, and may find fewer pages (ISO 32000-1, 7.5.5 and F.3.3). */
async function checkEnd(file: Bytes): Promise<void> {
  const head = await file.upTo(0, HEAD_BYTES)
  // One that is laid out for the web has an end near its beginning too, but says how long it is.
  const saidBytes = /\/Linearized\b.{0,200}?\/L\s+(\d+)/s.exec(head.toString('latin1'))?.[1]
  if (Number(saidBytes ?? 0) > file.size) throw endsEarly()
  const tail = await file.upTo(Math.max(0, file.size - TAIL_BYTES), TAIL_BYTES)
  if (!/startxref\s+\d+\s+%%EOF/.test(tail.toString('latin1'))) throw endsEarly()
}
