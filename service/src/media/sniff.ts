// Tells a file's media type from its first bytes, whatever its name or its sender calls it.
import { heifType } from './heif.ts'
import { markupType } from './markup.ts'

const headBytes = 64 * 1024

/** Other names for a type of ours, or for a variety that everyone serves as one of ours. */
const ourNames: Record<string, string> = {
  'image/apng': 'image/png',
  'video/x-m4v': 'video/mp4',
  'audio/vnd.wave': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/x-wav': 'audio/wav',
}

const isoFile = /^00.{6}66747970/ // a box under 16 MiB named "ftyp"

/** How a file of each type must begin, in hexadecimal: stricter than `file-type`, which calls "GIF<script>" a GIF. */
const openings: Record<string, RegExp> = {
  'image/jpeg': /^ffd8ff/,
  'image/png': /^89504e470d0a1a0a/,
  'image/gif': /^47494638(37|39)61/, // GIF87a or GIF89a
  'image/webp': /^52494646.{8}57454250/, // RIFF, a length, WEBP
  'image/avif': isoFile,
  'image/heic': isoFile,
  'image/heif': isoFile,
  'video/mp4': isoFile,
  'video/webm': /^1a45dfa3/,
  // ftyp, or one of the boxes that older files begin with: free, moov, wide (all small), mdat
  'video/quicktime': /^(00.{6}(66747970|66726565|6d6f6f76|77696465)|.{8}6d646174)/,
  'audio/mpeg': /^(49443302|49443303|49443304|ff[ef])/, // an ID3 tag of version 2.2 to 2.4, or a frame
  'audio/wav': /^52494646.{8}57415645/, // RIFF, a length, WAVE
  'audio/ogg': /^4f67675300/, // OggS, version 0
  'application/pdf': /^(efbbbf)?(09|0a|0d|20)*255044462d/, // %PDF-, as PDF readers do after white space too
}

/** Openings that leave no doubt, so that nothing else needs to be asked. A JPEG-LS begins with ffd8fff7; of a PNG its header must follow. */
const decisive: [opening: RegExp, type: string][] = [
  [/^89504e470d0a1a0a0000000d49484452/, 'image/png'],
  [/^ffd8ff(?!f7)/, 'image/jpeg'],
  [/^474946383[79]61/, 'image/gif'],
  [/^52494646.{8}57454250/, 'image/webp'],
  [/^52494646.{8}57415645/, 'audio/wav'],
]

/**
 * The media type that the first bytes of a file show: one of those we accept, or the name of another kind that
 * was recognised, or undefined. Looks at no more than the first 64 KiB; hostile bytes never make it throw.
 */
export async function sniff(head: Uint8Array): Promise<string | undefined> {
  const bytes = head.subarray(0, headBytes)
  const opening = Buffer.from(bytes.subarray(0, 32)).toString('hex')
  // file-type would inflate these to look inside, and still answer the same.
  if (opening.startsWith('1f8b08')) return 'application/gzip'
  if (opensAs('application/pdf', opening)) return 'application/pdf'
  const certain = decisive.find(([begins]) => begins.test(opening))?.[1]
  if (certain !== undefined) return certain
  const type = heifType(bytes) ?? markupType(bytes) ?? (await signatureType(bytes, opening))
  return type !== undefined && opensAs(type, opening) ? type : undefined
}

/** True for every type we do not accept: how those begin does not matter, they are only named in a refusal. */
function opensAs(type: string, opening: string): boolean {
  return openings[type]?.test(opening) ?? true
}

async function signatureType(bytes: Uint8Array, opening: string): Promise<string | undefined> {
  // Loaded here because a server that has just started needs it only when the first bytes arrive.
  const { fileTypeFromBuffer } = await import('file-type')
  // Taggers leave padding between an ID3 tag and the first frame.
  const mpegOffsetTolerance = opening.startsWith('494433') ? 4092 : 0
  // An error is a parser that lost its way in broken bytes: nothing was recognised.
  const found = await fileTypeFromBuffer(bytes, { mpegOffsetTolerance }).catch(() => undefined)
  const type = found?.mime.split(';')[0]
  return type === undefined ? undefined : (ourNames[type] ?? type)
}
