// Files that nobody should believe: other kinds under an image's name, halves, bombs, and files that are two things.
import { crc32, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { sampleBytes } from './samples.ts'

export type MakeBytes = () => Buffer | Promise<Buffer>

/** Bytes given piece by piece: text as Latin-1, numbers as single bytes. */
export const joined = (...pieces: (string | number | Uint8Array)[]): Buffer =>
  Buffer.concat(
    pieces.map(piece =>
      typeof piece === 'string'
        ? Buffer.from(piece, 'latin1')
        : typeof piece === 'number'
          ? Buffer.of(piece)
          : piece,
    ),
  )

export const literally =
  (...pieces: (string | number | Uint8Array)[]): MakeBytes =>
  () =>
    joined(...pieces)

/** The first part of a sample. */
export const cut =
  (name: string, share: number): MakeBytes =>
  async () => {
    const bytes = await sampleBytes(name)
    return bytes.subarray(0, Math.floor(bytes.length * share))
  }

/** A sample with something before or behind it. */
export const wrapped =
  (name: string, { before = '', behind = '' }: { before?: string | Buffer; behind?: string | Buffer }) =>
  async (): Promise<Buffer> =>
    joined(before, await sampleBytes(name), behind)

/** A sample with some of its bytes replaced, from the first place where `after` stands. */
export const patched =
  (name: string, after: string, distance: number, replacement: Uint8Array): MakeBytes =>
  async () => {
    const bytes = Buffer.from(await sampleBytes(name))
    const at = bytes.indexOf(after, 0, 'latin1')
    if (at < 0) throw new Error(`${name} holds no ${after}`)
    bytes.set(replacement, at + after.length + distance)
    return bytes
  }

const uint16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const uint32be = (value: number): Buffer => uint32(value).reverse()

/** A ZIP with one deflated entry. */
export function zipOf(name: string, text: string): Buffer {
  const data = Buffer.from(text)
  const packed = deflateRawSync(data)
  const facts = joined(uint32(crc32(data)), uint32(packed.length), uint32(data.length), uint16(name.length))
  const common = joined(uint16(20), uint16(0), uint16(8), uint32(0))
  const entry = joined('PK\x03\x04', common, facts, uint16(0), name, packed)
  const listed = joined('PK\x01\x02', uint16(20), common, facts, Buffer.alloc(16), name)
  const counts = joined(uint16(1), uint16(1), uint32(listed.length), uint32(entry.length), uint16(0))
  return joined(entry, listed, 'PK\x05\x06', uint32(0), counts)
}

export const gzipOf = (text: string): Buffer => gzipSync(text)

/** A TAR with one entry. */
export function tarOf(name: string, text: string): Buffer {
  const head = Buffer.alloc(512)
  const fields: [number, string][] = [
    [0, name],
    [100, '0000644\0'],
    [124, text.length.toString(8).padStart(11, '0')],
    [148, '        '],
    [156, '0'],
    [257, 'ustar\x0000'],
  ]
  for (const [at, value] of fields) head.write(value, at, 'latin1')
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return joined(head, text.padEnd(512, '\0'), Buffer.alloc(1024))
}

/** The head of a 64-bit program for Linux. */
export const elf = (): Buffer =>
  joined('\x7fELF', 2, 1, 1, Buffer.alloc(9), uint16(2), uint16(62), uint32(1), Buffer.alloc(64))

/** The head of a program for Windows. */
export const pe = (): Buffer =>
  joined(
    'MZ',
    Buffer.alloc(58),
    uint32(64),
    'PE\0\0',
    uint16(0x8664),
    uint16(1),
    Buffer.alloc(16),
    uint16(0x20b),
    Buffer.alloc(110),
  )

/** A compiled class for Java, and a program for macOS: the same first bytes. */
export const javaClass = (): Buffer =>
  joined(0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52, 0, 13, 10, Buffer.alloc(64))

const pngChunk = (name: string, data: Uint8Array): Buffer =>
  joined(uint32be(data.length), name, data, uint32be(crc32(joined(name, data))))

/** A PNG whose header promises that many pixels; its data are whole only where they are asked for. */
export function pngOf(width: number, height: number, data: Uint8Array = Buffer.alloc(10)): Buffer {
  const header = joined(uint32be(width), uint32be(height), 1, 0, 0, 0, 0)
  const chunks = [
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(data)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]
  return joined(0x89, 'PNG\r\n\x1a\n', ...chunks)
}

/** A GIF of one pixel on a logical screen of any size. */
export const gifOnScreen = (width: number, height: number): Buffer =>
  joined(
    'GIF89a',
    uint16(width),
    uint16(height),
    Buffer.of(0x80, 0, 0, 0, 0, 0, 255, 255, 255),
    Buffer.of(0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b),
  )

/** A RIFF file of any form with one chunk. */
export const riffOf = (form: string, chunk: string, data: Uint8Array): Buffer =>
  joined('RIFF', uint32(12 + data.length), form, chunk, uint32(data.length), data)

/** An EBML header that says which document follows, and the beginning of one. */
export function ebmlOf(documentType: string): Buffer {
  const said = joined(0x42, 0x82, 0x80 | documentType.length, documentType)
  return joined(0x1a, 0x45, 0xdf, 0xa3, 0x80 | said.length, said, 0x18, 0x53, 0x80, 0x67, 0x84, 0, 0, 0, 0)
}

/** An ISO file that names its brand and then holds these boxes. */
export function isoOf(brand: string, ...boxes: [string, Uint8Array][]): Buffer {
  const box = (name: string, data: Uint8Array) => joined(uint32be(8 + data.length), name, data)
  const head = box('ftyp', joined(brand, uint32be(0), brand))
  return joined(head, ...boxes.map(([name, data]) => box(name, data)))
}

/** An ID3 tag without frames of its own. */
export const id3 = (padding: number): Buffer =>
  joined('ID3', 3, 0, 0, 0, 0, padding >> 7, padding & 0x7f, Buffer.alloc(padding))

/** A PDF with this many pages, written by hand; `tail` false leaves out where its index stands. */
export function pdfOf(pages: number, tail = true): Buffer {
  const kids = Array.from({ length: pages }, (_page, n) => `${n + 3} 0 R`).join(' ')
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages} >>`,
    ...Array.from({ length: pages }, () => '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>'),
  ]
  let text = '%PDF-1.4\n'
  const places = objects.map((object, n) => {
    const place = text.length
    text += `${n + 1} 0 obj\n${object}\nendobj\n`
    return `${String(place).padStart(10, '0')} 00000 n \n`
  })
  const start = text.length
  if (!tail) return joined(text)
  const size = objects.length + 1
  text += `xref\n0 ${size}\n0000000000 65535 f \n${places.join('')}`
  return joined(`${text}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`)
}
