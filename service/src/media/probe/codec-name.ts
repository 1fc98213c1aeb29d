// Names codecs as ffmpeg does, which is how most people know them.
import type { InputTrack } from 'mediabunny'

const names: Record<string, string> = {
  avc: 'h264',
  'pcm-u8': 'pcm_u8',
  'pcm-s8': 'pcm_s8',
  'pcm-s16': 'pcm_s16le',
  'pcm-s16be': 'pcm_s16be',
  'pcm-s24': 'pcm_s24le',
  'pcm-s24be': 'pcm_s24be',
  'pcm-s32': 'pcm_s32le',
  'pcm-s32be': 'pcm_s32be',
  'pcm-f32': 'pcm_f32le',
  'pcm-f32be': 'pcm_f32be',
  'pcm-f64': 'pcm_f64le',
  'pcm-f64be': 'pcm_f64be',
  ulaw: 'pcm_mulaw',
  alaw: 'pcm_alaw',
}

/** ffmpeg's name; for a codec that the library does not know, the container's own (`mp4v`); else null. */
export async function codecName(track: InputTrack): Promise<string | null> {
  const codec = await track.getCodec()
  if (codec !== null) return names[codec] ?? codec
  const own = await track.getInternalCodecId()
  return typeof own === 'string' && /^[\w /.-]{1,40}$/.test(own) ? own.trim() : null
}
