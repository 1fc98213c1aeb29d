// Lends the decoder of HEIC, whose pixels the image library cannot decode.

/** The decoder keeps all pixels of a picture in memory, more than once. */
export const HEIC_MAX_PIXELS = 50_000_000

export interface HeicPicture {
  /** Upright, in RGBA. */
  decode(): Promise<{ width: number; height: number; data: Uint8ClampedArray }>
}

/** Throws where the decoder finds no picture; whoever is done disposes of them. */
export async function openHeic(bytes: Buffer): Promise<HeicPicture[] & { dispose(): void }> {
  const { default: heic } = await import('heic-decode')
  // The decoder turns away major brands that it has not heard of; what the picture is made of, it sees itself.
  bytes.write('heic', 8, 'latin1')
  return heic.all({ buffer: bytes })
}
