// Keeps the promise that first bytes, and nothing else, decide what a file is called.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sniff } from '../../src/media/sniff.ts'

const fixtures = join(import.meta.dirname, '../fixtures/media')
const sample = (name: string) => readFile(join(fixtures, name))

/** Bytes from text (one character a byte), numbers and other bytes, one after the other. */
const bytes = (...parts: (string | number[] | Uint8Array)[]) =>
  Buffer.concat(
    parts.map(part => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  )

/** A file type box; brands are four characters each, the first is the major one. */
const isoHead = (brands: string) => {
  const [major = '', ...compatible] = brands.match(/.{4}/g) ?? []
  return bytes([0, 0, 0, 16 + 4 * compatible.length], 'ftyp', major, [0, 0, 0, 0], ...compatible, 'moov')
}

/** The header of an ID3 tag of `size` bytes, which are counted in four groups of seven bits. */
const tag = (size: number) =>
  bytes('ID3', [3, 0, 0, (size >> 21) & 127, (size >> 14) & 127, (size >> 7) & 127, size & 127])

/** The head of a PNG whose animation control chunk comes before its pixels. */
const animatedPng = () => {
  const header = bytes([0, 0, 0, 13], 'IHDR', Buffer.alloc(17))
  return bytes([0x89], 'PNG\r\n\x1a\n', header, [0, 0, 0, 8], 'acTL', Buffer.alloc(12))
}

const mpegFrame = bytes([0xff, 0xfb, 0x90, 0xc4], Buffer.alloc(413))
const byteOrderMark = [0xef, 0xbb, 0xbf]

describe('sniff', () => {
  it.each([
    ['i.jpg', 'image/jpeg'],
    ['gps.jpg', 'image/jpeg'],
    ['trunc.jpg', 'image/jpeg'],
    ['corrupt.jpg', 'image/jpeg'],
    ['poly.jpg', 'image/jpeg'],
    ['i.png', 'image/png'],
    ['trunc.png', 'image/png'],
    ['polyzip.png', 'image/png'],
    ['ok12k.png', 'image/png'],
    ['bomb20k.png', 'image/png'],
    ['i.webp', 'image/webp'],
    ['anim.webp', 'image/webp'],
    ['anim.gif', 'image/gif'],
    ['i.avif', 'image/avif'],
    ['big.avif', 'image/avif'],
    ['i.heic', 'image/heic'],
    ['v.mp4', 'video/mp4'],
    ['trunc.mp4', 'video/mp4'],
    ['truncnf.mp4', 'video/mp4'],
    ['garbage.mp4', 'video/mp4'],
    ['v.mov', 'video/quicktime'],
    ['v.webm', 'video/webm'],
    ['a.mp3', 'audio/mpeg'],
    ['a.wav', 'audio/wav'],
    ['a.ogg', 'audio/ogg'],
    ['o.ogg', 'audio/ogg'],
    ['three.pdf', 'application/pdf'],
    ['html.png', 'text/html'],
    ['svg.png', 'image/svg+xml'],
  ])('calls the sample %s %s', async (name, type) => {
    expect(await sniff(await sample(name))).toBe(type)
  })

  it('finds the same in the first 64 KiB as in everything', async () => {
    const film = await sample('v.mp4')
    expect(await sniff(film.subarray(0, 65_536))).toBe(await sniff(film))
  })

  it.each([
    ['a bare MPEG frame', mpegFrame, 'audio/mpeg'],
    ['a tag before a frame', bytes(tag(20), Buffer.alloc(20), mpegFrame), 'audio/mpeg'],
    ['a tag, padding and a frame', bytes(tag(20), Buffer.alloc(900), mpegFrame), 'audio/mpeg'],
    ['a tag larger than the head', bytes(tag(300_000), Buffer.alloc(65_526, 1)), 'audio/mpeg'],
    ['a tag before FLAC', bytes(tag(20), Buffer.alloc(20), 'fLaC', Buffer.alloc(60)), 'audio/flac'],
    ['a tag before a page', bytes(tag(20), Buffer.alloc(20), '<html><script>'), undefined],
    ['a tag before a GIF', bytes(tag(20), Buffer.alloc(20), 'GIF89a', Buffer.alloc(60)), undefined],
    ['a sentence about ID3', bytes('ID3 is a tag format <script>'), undefined],
  ])('hears %s as it should', async (_what, head, type) => {
    expect(await sniff(head)).toBe(type)
  })

  it.each([
    ['avif', 'image/avif'],
    ['avis', 'image/avif'],
    ['mif1avifmiaf', 'image/avif'],
    ['mif1mif2heic', 'image/heic'],
    ['heixmif1', 'image/heic'],
    ['heimmif1', 'image/heic'],
    ['mif1miaf', 'image/heif'],
    ['hevcmsf1', 'image/heif'],
    ['msf1hevc', 'image/heif'],
    ['mp42isom', 'video/mp4'],
    ['iso5dash', 'video/mp4'],
    ['M4V mp42', 'video/mp4'],
    ['qt  ', 'video/quicktime'],
    ['M4A mp42', 'audio/x-m4a'],
    ['M4B mp42', 'audio/mp4'],
    ['3gp4isom', 'video/3gpp'],
  ])('knows the brands "%s" for %s', async (brands, type) => {
    expect(await sniff(isoHead(brands))).toBe(type)
  })

  it.each([
    ['an animated PNG', animatedPng(), 'image/png'],
    ['Opus in Ogg', bytes('OggS', Buffer.alloc(24), 'OpusHead', Buffer.alloc(40)), 'audio/ogg'],
    ['Theora in Ogg', bytes('OggS', Buffer.alloc(24), [0x80], 'theora', Buffer.alloc(40)), 'video/ogg'],
    ['Matroska', bytes([0x1a, 0x45, 0xdf, 0xa3, 0x8b, 0x42, 0x82, 0x88], 'matroska'), 'video/matroska'],
    [
      'QuickTime without a file type box',
      bytes([0, 0, 0, 8], 'wide', [0, 1, 0, 0], 'mdat'),
      'video/quicktime',
    ],
    ['a PDF after a blank line', bytes('\r\n %PDF-1.4'), 'application/pdf'],
    ['a PDF after a byte order mark', bytes(byteOrderMark, '%PDF-1.4'), 'application/pdf'],
    ['a zip archive', bytes('PK\x03\x04', Buffer.alloc(26), 'x'), 'application/zip'],
    ['a gzip archive', gzipSync('leaves'), 'application/gzip'],
    ['a Windows program', bytes('MZ', Buffer.alloc(100)), 'application/x-msdownload'],
    ['a page after a byte order mark', bytes(byteOrderMark, '\n<!-- <svg> --><HTML>'), 'text/html'],
    ['a bare script', bytes('<script>alert(1)</script>'), 'text/html'],
    ['a drawing with a prologue', bytes('<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "x">'), 'image/svg+xml'],
    ['a drawing with a prefix', bytes('<?xml version="1.0"?><svg:svg>'), 'image/svg+xml'],
    ['other XML', bytes('<?xml version="1.0"?><note/>'), 'application/xml'],
  ])('recognises %s', async (_what, head, type) => {
    expect(await sniff(head)).toBe(type)
  })

  it.each([
    ['nothing', bytes()],
    ['one byte', bytes('G')],
    ['plain text', bytes('Pressed flowers, 1887')],
    ['a page that calls itself a GIF', bytes('GIF<script>alert(1)</script>')],
    ['a GIF after a byte order mark', bytes(byteOrderMark, 'GIF89a<script>')],
    ['a PNG signature before a page', bytes([0x89], 'PNG\r\n\x1a\n<script>alert(1)</script>')],
    ['a sentence with "free" where a box has its name', bytes('The free encyclopedia')],
    ['a sentence with "ftyp" where a box has its name', bytes('The ftypisom is a box')],
    ['a PDF behind a page', bytes('hello\n%PDF-1.4')],
    ['a PDF without a version', bytes('%PDFoo')],
  ])('does not fall for %s', async (_what, head) => {
    expect(await sniff(head)).toBeUndefined()
  })

  it('never throws, and never gives a type with parameters', async () => {
    const starts = [
      '',
      '\x89PNG\r\n\x1a\n',
      'PK\x03\x04',
      'OggS',
      'ID3\x03',
      '\x1a\x45\xdf\xa3',
      'II*\0',
      'RIFF',
      '<',
    ]
    const heads = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 600 }))
    await fc.assert(
      fc.asyncProperty(heads, async ([start, rest]) => {
        expect((await sniff(bytes(start, rest))) ?? 'a/b').toMatch(/^[\w.+-]+\/[\w.+-]+$/)
      }),
      { numRuns: 500 },
    )
  })
})
