// Takes one frame out of a video with ffmpeg, in a process that is ended when it takes too much.
import { spawn } from 'node:child_process'
import { open, stat } from 'node:fs/promises'
import path from 'node:path'
import type { PictureSource } from '../../assets/derivatives/ports.ts'
import { watchMemory } from '../pool/process-use.ts'

export interface PosterLimits {
  timeoutMs: number
  /** Watched on Linux. */
  maxMemoryBytes: number
}

/** Pixels of a frame: no picture is made that is larger. */
const MAX_SIDE = 4096

/** Of the containers that are admitted, so that ffmpeg never guesses at a playlist. */
const demuxers: Record<string, string> = {
  'video/mp4': 'mov',
  'video/quicktime': 'mov',
  'video/webm': 'matroska',
}

/** What cameras, browsers and editors write. */
const DECODERS = 'h264,hevc,vp8,vp9,libdav1d,libaom-av1,av1,mpeg4,prores,mjpeg'

/** Past the black that many videos begin with. */
const BEST_SECONDS = 1

/**
 * Writes a PNG of the frame at one second, or half-way through a shorter video, to `frame`; false where there is none
 * to be had. Aborting ends the process.
 */
export async function takePoster(
  ffmpeg: string,
  video: PictureSource,
  { frame, limits, signal }: { frame: string; limits: PosterLimits; signal: AbortSignal },
): Promise<boolean> {
  const best = Math.min(BEST_SECONDS, (video.durationSeconds ?? 0) / 2)
  for (const seconds of best > 0 ? [best, 0] : [0]) {
    if (!(await run(ffmpeg, argumentsFor(video, seconds, limits), { frame, limits, signal }))) return false
    if ((await stat(frame)).size > 0) return true
  }
  return false
}

function argumentsFor({ contentType, path }: PictureSource, seconds: number, limits: PosterLimits): string[] {
  return [
    ...['-nostdin', '-v', 'quiet', '-threads', '1', '-filter_threads', '1'],
    // Should this service die meanwhile: seconds of the processor, as the system counts them.
    ...['-timelimit', String(Math.ceil(limits.timeoutMs / 1000))],
    // This file and no other, and no address.
    ...['-protocol_whitelist', 'file', '-f', demuxers[contentType] ?? '', '-codec_whitelist', DECODERS],
    ...['-ss', seconds.toFixed(3), '-i', `file:${path}`],
    // The picture of a film, not the cover that comes with it.
    ...['-map', '0:V:0', '-frames:v', '1'],
    ...[
      '-vf',
      `scale=iw*sar:ih,scale='min(${MAX_SIDE},iw)':'min(${MAX_SIDE},ih)':force_original_aspect_ratio=decrease`,
    ],
    ...['-pix_fmt', 'rgb24', '-c:v', 'png', '-f', 'image2pipe', '-protocol_whitelist', 'pipe', 'pipe:1'],
  ]
}

/** Whether it came to a good end. */
async function run(
  ffmpeg: string,
  args: string[],
  { frame, limits, signal }: { frame: string; limits: PosterLimits; signal: AbortSignal },
): Promise<boolean> {
  signal.throwIfAborted()
  const output = await open(frame, 'w', 0o600)
  try {
    const child = spawn(ffmpeg, args, {
      // It writes to what it is given and sees nothing of our environment.
      stdio: ['ignore', output.fd, 'ignore'],
      env: {},
      cwd: path.parse(process.execPath).root,
      signal: AbortSignal.any([signal, AbortSignal.timeout(limits.timeoutMs)]),
      killSignal: 'SIGKILL',
    })
    const endWatch = watchMemory(child.pid, limits.maxMemoryBytes, () => child.kill('SIGKILL'))
    const code = await new Promise<number | null>(resolve => {
      child.once('exit', resolve)
      // Without a process there is no exit to wait for; one that the signal ends has its exit still to come.
      child.on('error', () => child.pid === undefined && resolve(null))
    }).finally(endWatch)
    signal.throwIfAborted()
    return code === 0
  } finally {
    await output.close()
  }
}
