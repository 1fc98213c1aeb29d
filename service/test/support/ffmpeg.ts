// Debian's ffmpeg, which takes frames of videos.
import { existsSync } from 'node:fs'

export const FFMPEG = '/usr/bin/ffmpeg'

export function mustHaveFfmpeg(): void {
  if (!existsSync(FFMPEG)) throw new Error(`${FFMPEG} is missing: install the Debian package ffmpeg.`)
}
