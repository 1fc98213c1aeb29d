// The settings of pictures: the presets of an installation, their bound, and where ffmpeg is.
import { describe, expect, it } from 'vitest'
import { readSettings } from '../../src/config/config.ts'

const GIB = 1024 ** 3

describe('IMAGE_PRESETS', () => {
  it('are sizes by name, each with a format or without', () => {
    const { config, complaints } = readSettings({
      IMAGE_PRESETS: 'card=640x480:webp, hero=1920:avif,thumb=400',
    })
    expect(complaints).toEqual([])
    expect(config.imagePresets).toEqual([
      { name: 'card', width: 640, height: 480, format: 'webp' },
      { name: 'hero', width: 1920, height: 1920, format: 'avif' },
      { name: 'thumb', width: 400, height: 400, format: undefined },
    ])
  })

  it.each([
    'card',
    'card=',
    'card=640x',
    'card=640:gif',
    'Card=640',
    'a_b=640',
    'card=15',
    'card=640x4097',
    '=640',
    'x'.repeat(33).concat('=640'),
    'card=640;hero=20',
  ])('may not be %s, and what they may be is said', text => {
    expect(readSettings({ IMAGE_PRESETS: text }).complaints).toEqual([
      `IMAGE_PRESETS has "${text}" and must list presets such as card=640x480:webp or hero=1920: a name of lower-case letters, digits and hyphens, sides from 16 to 4096, and avif, webp, jpeg or png or no format.`,
    ])
  })

  it('are complained of all at once', () => {
    const many = Array.from({ length: 33 }, (_, n) => `p${n}=640`)
    const { complaints } = readSettings({
      IMAGE_PRESETS: ['model-input=640', 'p1=20', 'nonsense', ...many].join(),
    })
    expect(complaints).toEqual([
      'IMAGE_PRESETS has 36 presets and may have 32.',
      'IMAGE_PRESETS has "model-input", which is fixed: take another name.',
      expect.stringContaining('IMAGE_PRESETS has "nonsense"'),
      'IMAGE_PRESETS has "p1" more than once: keep one.',
    ])
  })
})

describe('DERIVATIVES_MAX_BYTES', () => {
  it('is a gibibyte, and at least room for a few pictures', () => {
    expect(readSettings({}).config.derivativesMaxBytes).toBe(GIB)
    expect(readSettings({ DERIVATIVES_MAX_BYTES: '67108864' }).complaints).toEqual([])
    expect(readSettings({ DERIVATIVES_MAX_BYTES: '67108863' }).complaints).toHaveLength(1)
  })
})

describe('FFMPEG_PATH', () => {
  it('is wherever programs are looked for, one place alone, or nowhere', () => {
    const PATH = '/usr/local/bin:bin::/usr/bin'
    expect(readSettings({ PATH }).config.ffmpegPlaces).toEqual(['/usr/local/bin/ffmpeg', '/usr/bin/ffmpeg'])
    expect(readSettings({ PATH, FFMPEG_PATH: '/opt/ffmpeg' }).config.ffmpegPlaces).toEqual(['/opt/ffmpeg'])
    expect(readSettings({ PATH, FFMPEG_PATH: 'off' }).config.ffmpegPlaces).toEqual([])
    expect(readSettings({ PATH, FFMPEG_PATH: 'ffmpeg' }).complaints).toEqual([
      'FFMPEG_PATH is "ffmpeg" and must be an absolute path such as /usr/bin/ffmpeg, or off.',
    ])
  })
})
