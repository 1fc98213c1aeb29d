// Pictures of media: images are decoded in processes of their own, frames of videos are taken by ffmpeg if it is there.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { PictureSource, Pictures } from '../assets/derivatives/ports.ts'
import type { Recipe } from '../assets/derivatives/recipe.ts'
import { Refusal, unavailable } from '../ground/errors.ts'
import type { Load } from '../ground/turns.ts'
import type { Derived, DeriveTask } from './derive/task.ts'
import { createIcons } from './icon.ts'
import type { Outcome } from './pool/pool-process.ts'
import { openProcessPool, type PoolOptions } from './pool/process-pool.ts'
import { findProgram } from './poster/find-program.ts'
import { takePoster } from './poster/take-poster.ts'

const MB = 1024 * 1024

export interface PicturesOptions extends PoolOptions {
  /** Where ffmpeg may be, first one first. */
  ffmpegPlaces: string[]
}

const defaults: Omit<PicturesOptions, 'ffmpegPlaces' | 'writableFolder'> = {
  processes: 2,
  timeoutMs: 20_000,
  maxMemoryBytes: 1536 * MB,
  filesPerProcess: 200,
  idleMs: 60_000,
  // From source in a clone, from compiled JavaScript in a published package.
  entry: new URL(`./derive/main${path.extname(import.meta.url)}`, import.meta.url),
}

export interface OpenPictures extends Pictures {
  /** Of the processes that decode images. */
  load(): Load
  close(): Promise<void>
}

/** Everything is written below `writableFolder`. No process is started before the first picture; `close` ends all. */
export function openPictures(
  options: Partial<PicturesOptions> & Pick<PicturesOptions, 'ffmpegPlaces' | 'writableFolder'>,
): OpenPictures {
  const settings = { ...defaults, ...options }
  const pool = openProcessPool<DeriveTask, Derived>(settings)
  const stop = new AbortController()
  const ask = async (task: DeriveTask) => refusalOf(await pool.ask(task), settings)
  const ofVideo = async (video: PictureSource, recipe: Recipe, target: string) => {
    const ffmpeg = await findProgram(settings.ffmpegPlaces)
    if (ffmpeg === undefined) return 'is a video, and ffmpeg is not installed here'
    const frame = `${target}.frame`
    try {
      const isTaken = await takePoster(ffmpeg, video, {
        frame,
        limits: settings,
        signal: stop.signal,
      })
      return isTaken
        ? await ask({ type: 'image/png', path: frame, target, recipe })
        : 'has no frame that can be taken'
    } finally {
      await rm(frame, { force: true })
    }
  }
  return {
    takesPosters: async () => (await findProgram(settings.ffmpegPlaces)) !== undefined,
    derive: (source, recipe, target) =>
      translated(() =>
        source.contentType.startsWith('video/')
          ? ofVideo(source, recipe, target)
          : ask({ type: source.contentType, path: path.resolve(source.path), target, recipe }),
      ),
    icon: createIcons(),
    load: pool.load,
    close: async () => {
      stop.abort(new Error('the pictures are closed'))
      await pool.close()
    },
  }
}

const translated = <T>(act: () => Promise<T>): Promise<T> =>
  act().catch(error => {
    throw error instanceof Refusal ? error : unavailable(error)
  })

function refusalOf(
  outcome: Outcome<Derived>,
  { timeoutMs, maxMemoryBytes }: PoolOptions,
): string | undefined {
  switch (outcome.kind) {
    case 'answer':
      return outcome.answer.refusal
    case 'problem':
      throw unavailable(new Error(outcome.message))
    case 'died':
      return 'makes its decoder fail'
    case 'too_slow':
      return `cannot be decoded within ${timeoutMs / 1000} seconds`
    case 'too_much_memory':
      return `cannot be decoded within ${Math.round(maxMemoryBytes / MB)} MB of memory`
  }
}
