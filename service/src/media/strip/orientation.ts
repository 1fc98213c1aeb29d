// Keeps the one thing of EXIF that a picture needs to be shown upright.

const ORIENTATION = 0x0112
const SHORT = 3
const UPRIGHT = 1

/** EXIF has no use for more, and what is longer than a JPEG segment is not worth holding. */
export const EXIF_MAX_BYTES = 64 * 1024

/** 1 to 8, as in the first directory of these bytes of EXIF (TIFF 6.0, section 2); 1 where it says nothing else. */
export function orientationIn(exif: Buffer): number {
  // JPEG puts a name before the directory; some writers of other formats do too.
  const tiff = exif.toString('latin1', 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif
  try {
    return readOrientation(tiff)
  } catch (error) {
    if (error instanceof RangeError) return UPRIGHT
    throw error
  }
}

function readOrientation(tiff: Buffer): number {
  const order = tiff.toString('latin1', 0, 2)
  if (order !== 'II' && order !== 'MM') return UPRIGHT
  const short = (offset: number) => (order === 'II' ? tiff.readUInt16LE(offset) : tiff.readUInt16BE(offset))
  const long = (offset: number) => (order === 'II' ? tiff.readUInt32LE(offset) : tiff.readUInt32BE(offset))
  const directory = long(4)
  const entries = short(directory)
  for (let n = 0; n < entries; n += 1) {
    const entry = directory + 2 + 12 * n
    if (short(entry) !== ORIENTATION || short(entry + 2) !== SHORT) continue
    const orientation = short(entry + 8)
    return orientation >= 1 && orientation <= 8 ? orientation : UPRIGHT
  }
  return UPRIGHT
}

/** EXIF that says the orientation in `exif` and nothing else; undefined where that is upright. */
export function orientationAlone(exif: Buffer): Buffer | undefined {
  const orientation = orientationIn(exif)
  if (orientation === UPRIGHT) return undefined
  const tiff = Buffer.alloc(26)
  tiff.write('II*\0', 'latin1')
  tiff.writeUInt32LE(8, 4)
  tiff.writeUInt16LE(1, 8)
  tiff.writeUInt16LE(ORIENTATION, 10)
  tiff.writeUInt16LE(SHORT, 12)
  tiff.writeUInt32LE(1, 14)
  tiff.writeUInt16LE(orientation, 18)
  return tiff
}
