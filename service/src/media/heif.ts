// Tells the still images of the ISO media family (AVIF, HEIC, HEIF) apart by the brands in their first box.

const structureBrands = ['mif1', 'mif2', 'miaf', 'msf1']

/** Brands that name the codec of the picture (ISO/IEC 23008-12, AVIF 1.1). */
const codecBrands: Record<string, string> = {
  avif: 'image/avif',
  avis: 'image/avif',
  heic: 'image/heic',
  heix: 'image/heic',
  heim: 'image/heic',
  heis: 'image/heic',
  hevc: 'image/heif',
  hevx: 'image/heif',
  hevm: 'image/heif',
  hevs: 'image/heif',
  avci: 'image/heif',
  avcs: 'image/heif',
}

/**
 * The image type of a file whose major brand is that of a still image, else undefined. A major brand may name only
 * the structure ("mif1"); the compatible brands then tell the codec.
 */
export function heifType(head: Uint8Array): string | undefined {
  const [major, ...compatible] = fileBrands(head)
  if (major === undefined) return undefined
  if (!structureBrands.includes(major)) return codecBrands[major]
  return compatible.map(brand => codecBrands[brand]).find(type => type !== undefined) ?? 'image/heif'
}

/** The major brand, then the compatible ones, of a `ftyp` box (ISO/IEC 14496-12, 4.3). */
function fileBrands(head: Uint8Array): string[] {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 256))
  if (bytes.length < 16 || bytes.toString('latin1', 4, 8) !== 'ftyp') return []
  const box = bytes.subarray(0, bytes.readUInt32BE(0)).toString('latin1')
  const compatible = box.slice(16).match(/.{4}/gs) ?? []
  return [box.slice(8, 12), ...compatible]
}
