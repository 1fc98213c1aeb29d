// Every promise of whoever says what bytes are.
import { describe, expect, it } from 'vitest'
import { ALLOWED_TYPES } from '../../src/assets/media-type.ts'
import type { Media } from '../../src/assets/ports.ts'
import { sampleBytes, samplePath } from '../support/samples.ts'

/** A sample of each type, with its size and frames where it has any. */
const samples: [
  name: string,
  type: string,
  width: number | null,
  height: number | null,
  frames: number | null,
][] = [
  ['i.jpg', 'image/jpeg', 640, 480, 1],
  ['i.png', 'image/png', 640, 480, 1],
  ['i.webp', 'image/webp', 640, 480, 1],
  ['anim.gif', 'image/gif', 320, 200, 5],
  ['i.avif', 'image/avif', 640, 480, 1],
  ['i.heic', 'image/heic', 640, 480, 1],
  ['v.mp4', 'video/mp4', null, null, null],
  ['v.webm', 'video/webm', null, null, null],
  ['v.mov', 'video/quicktime', null, null, null],
  ['a.mp3', 'audio/mpeg', null, null, null],
  ['a.wav', 'audio/wav', null, null, null],
  ['a.ogg', 'audio/ogg', null, null, null],
  ['three.pdf', 'application/pdf', null, null, null],
]

export function describeMedia(name: string, media: Media): void {
  describe(`${name}: what bytes are`, () => {
    it.each(samples)('%s shows itself as %s', async (sample, type) => {
      const head = (await sampleBytes(sample)).subarray(0, 65_536)
      expect(await media.sniff(head)).toBe(type)
      expect(ALLOWED_TYPES).toContain(type)
    })

    it.each(samples)('%s, a whole %s, is read', async (sample, type, width, height, frames) => {
      const facts = await media.inspect(type, samplePath(sample))
      expect(facts).toEqual({ width, height, frames, unreadable: false })
    })

    it.each(['corrupt.jpg', 'html.png', 'svg.png'])(
      '%s, called a picture, is found unreadable',
      async sample => {
        for (const type of ['image/jpeg', 'image/png', 'image/avif'])
          expect((await media.inspect(type, samplePath(sample))).unreadable).toBe(true)
      },
    )

    it.each(['html.png', 'svg.png'])('%s does not show itself as anything that is taken', async sample => {
      expect(ALLOWED_TYPES).not.toContain(await media.sniff(await sampleBytes(sample)))
    })

    it('no bytes, or words, show no type', async () => {
      for (const head of [Buffer.alloc(0), Buffer.alloc(4096), Buffer.from('plain words')])
        expect(await media.sniff(head)).toBeUndefined()
    })

    it('a picture too large to draw is measured all the same', async () => {
      const facts = await media.inspect('image/png', samplePath('bomb20k.png'))
      expect(facts).toMatchObject({ width: 20_000, height: 20_000, unreadable: false })
    })
  })
}
