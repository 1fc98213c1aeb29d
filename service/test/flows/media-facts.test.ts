// The facts we tell of what plays agree with ffprobe, which reads the same files by other means.
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { sampleBytes, samplePath } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { stored } from '../support/uploads.ts'

/** Samples that do not become ready: broken on purpose, or with sound that nothing here reads (FLAC in Ogg). */
const BROKEN = ['garbage.mp4', 'trunc.mp4', 'truncnf.mp4', 'flac.ogg']
const PLAYABLE = /\.(mp4|mov|webm|mp3|wav|ogg)$/

const run = promisify(execFile)

const probed = z.object({
  format: z.object({ duration: z.coerce.number().optional() }),
  streams: z.array(
    z.object({
      codec_type: z.string(),
      width: z.int().optional(),
      height: z.int().optional(),
      sample_aspect_ratio: z.string().optional(),
      side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
    }),
  ),
})

const seconds = z.coerce.number()
const packets = z.object({
  packets: z.array(
    z.object({
      pts_time: seconds,
      duration_time: seconds.default(0),
      side_data_list: z
        .array(z.object({ skip_samples: z.int().default(0), discard_padding: z.int().default(0) }))
        .default([]),
    }),
  ),
  streams: z.array(z.object({ sample_rate: seconds.optional() })),
})

async function ffprobe(name: string, ...asked: string[]): Promise<unknown> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', ...asked, samplePath(name)])
  return JSON.parse(stdout)
}

/** Width and height as a viewer shows them: stretched to square pixels, then turned upright. */
function shown(stream: z.output<typeof probed>['streams'][number] | undefined) {
  if (stream === undefined) return { width: null, height: null }
  const { width = 0, height = 0, sample_aspect_ratio = '1:1', side_data_list = [] } = stream
  const [across = 1, down = 1] = sample_aspect_ratio.split(':').map(Number)
  const stretched = across > 0 && down > 0 ? Math.round((width * across) / down) : width
  const rotation = side_data_list.find(data => data.rotation !== undefined)?.rotation ?? 0
  return rotation % 180 === 0 ? { width: stretched, height } : { width: height, height: stretched }
}

const packetsOf = async (name: string) => packets.parse(await ffprobe(name, '-show_packets', '-show_streams'))

/** Where the last packet ends, for a recording that does not say how long it became. */
async function lastMoment(name: string): Promise<number> {
  const found = await packetsOf(name)
  return Math.max(...found.packets.map(packet => packet.pts_time + packet.duration_time))
}

/** What is heard of an MP3: ffprobe's own sum counts the samples that every player leaves out at both ends. */
async function heard(name: string): Promise<number> {
  const found = await packetsOf(name)
  const rate = found.streams[0]?.sample_rate ?? Number.NaN
  const left = found.packets
    .flatMap(packet => packet.side_data_list)
    .reduce((sum, data) => sum + data.skip_samples + data.discard_padding, 0)
  return found.packets.reduce((sum, packet) => sum + packet.duration_time, 0) - left / rate
}

async function factsByFfprobe(name: string) {
  const { format, streams } = probed.parse(await ffprobe(name, '-show_format', '-show_streams'))
  return {
    ...shown(streams.find(stream => stream.codec_type === 'video')),
    duration: name.endsWith('.mp3') ? await heard(name) : (format.duration ?? (await lastMoment(name))),
  }
}

const folder = await readdir(path.dirname(samplePath('v.mp4')))
const playable = folder.filter(name => PLAYABLE.test(name) && !BROKEN.includes(name))

let herbarium: RunningService
beforeAll(async () => {
  await run('ffprobe', ['-version']).catch(cause => {
    throw new Error('This test needs ffprobe: install the Debian package ffmpeg.', { cause })
  })
  herbarium = await startService({ environment: { RATE_LIMIT: 'off' } })
})
afterAll(() => herbarium.close())

/** What the service says of a sample once it is ready. */
async function factsByHerbarium(name: string) {
  const { asset_id, status } = await stored(herbarium, { file_name: name }, await sampleBytes(name))
  const response = await herbarium.call(`/assets/${asset_id}/media`)
  const media = z
    .object({
      width: z.int().nullable(),
      height: z.int().nullable(),
      duration_seconds: z.number().nullable(),
    })
    .parse(await response.json())
  return { status, ...media }
}

describe('Width, height and duration are what ffprobe finds in', () => {
  test.each(playable)('%s', async name => {
    const { duration, ...size } = await factsByFfprobe(name)
    const facts = await factsByHerbarium(name)
    expect(facts).toMatchObject({ status: 'ready', ...size })
    expect(Math.abs((facts.duration_seconds ?? Number.NaN) - duration)).toBeLessThanOrEqual(0.05)
  })
})

test('the samples hold every playable type, and those that turn, stretch and leave their length open', () => {
  expect([...new Set(playable.map(name => path.extname(name)))].sort()).toEqual([
    '.mov',
    '.mp3',
    '.mp4',
    '.ogg',
    '.wav',
    '.webm',
  ])
  expect(playable).toEqual(expect.arrayContaining(['turned.mp4', 'wide-pixels.mp4', 'live.webm']))
})
