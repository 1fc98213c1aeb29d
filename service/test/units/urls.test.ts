// URLs: where things are, under names that need no escape anywhere.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { secondsLeft } from '../../src/assets/media-signature.ts'
import { readTicket } from '../../src/assets/ticket.ts'
import { createUrls } from '../../src/http/urls.ts'
import { anyCharacter } from '../support/any-character.ts'
import { ringOfMaster } from '../support/keys-of.ts'
import { attemptOf } from '../support/specimens.ts'

const signing = {
  tickets: ringOfMaster('a secret of this installation', 'tickets'),
  media: ringOfMaster('a secret of this installation', 'media'),
}
let now = Date.parse('2026-01-01T12:00:01Z')
let publicUrl = 'https://example.com/assets'
const urls = createUrls({
  publicUrl: () => publicUrl,
  mediaUrl: () => 'https://cdn.example.com',
  signing,
  clock: { now: () => now },
})
const media = (name: string | null) => urls.media({ mediaToken: 'token-of-22-characters', name })
const MEDIA = 'https://cdn.example.com/media/token-of-22-characters'

describe('An installation', () => {
  it('gives its addresses below its public URL', () => {
    expect(urls.api()).toBe('https://example.com/assets/api/v1')
    expect(urls.docs()).toBe('https://example.com/assets/docs')
    expect(urls.canvas('prj_meadow')).toBe('https://example.com/assets/projects/prj_meadow')
  })

  it('gives each attempt an upload URL that ends in its ticket', () => {
    const attempt = attemptOf({ id: 'asset_fern', attempt: 2 })
    const [, ticket = ''] = urls.upload(attempt).split('https://example.com/assets/uploads/')
    expect(readTicket(signing.tickets, ticket)).toMatchObject({ assetId: 'asset_fern', attempt: 2 })
    expect(urls.upload({ ...attempt, n: 3 })).not.toBe(urls.upload(attempt))
  })

  it('may learn late where it is', () => {
    publicUrl = 'http://127.0.0.1:4711'
    expect(urls.api()).toBe('http://127.0.0.1:4711/api/v1')
    expect(media(null)).toBe(MEDIA)
    publicUrl = 'https://example.com/assets'
  })
})

describe('A media URL', () => {
  it.each([
    ['fern.png', 'fern.png'],
    ['Red Fern (2).PNG', 'Red-Fern-2-.PNG'],
    ['été.png', 'ete.png'],
    ['Straße.png', 'Stra-e.png'],
    ['ﬁg①.png', 'fig1.png'],
    ['a/b\\c?d#e&f=g%h.png', 'a-b-c-d-e-f-g-h.png'],
    ['../../etc/passwd', 'etc-passwd'],
    ['..', ''],
    ['.hidden', 'hidden'],
    ['--help', 'help'],
    ['東京.png', 'png'],
    ['🌿', ''],
    ['a..b', 'a..b'],
    [`${'x'.repeat(200)}.png`, `${'x'.repeat(96)}.png`],
  ])('of %j ends in %j', (name, slug) => {
    expect(media(name)).toBe(slug === '' ? MEDIA : `${MEDIA}/${slug}`)
  })

  it('of an asset without a name ends in its token', () => {
    expect(media(null)).toBe(MEDIA)
  })

  it('of any name is safe in a shell, in a header and in HTML, and is its own normal form', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 300 }), name => {
        const url = media(name)
        expect(url).toMatch(
          /^https:\/\/cdn\.example\.com\/media\/token-of-22-characters(\/[A-Za-z0-9._-]{1,100})?$/,
        )
        expect(new URL(url).href).toBe(url)
      }),
      { numRuns: 500 },
    )
  })
})

describe('A media URL for a caller', () => {
  const asset = { mediaToken: 'token-of-22-characters', name: 'fern.png' }
  const at = (time: string, seconds = 0) => {
    now = Date.parse(time) + seconds * 1000
    return new URL(urls.for({ mediaAccess: 'signed' }).media(asset))
  }

  it('is the plain one where media are public', () => {
    expect(urls.for({ mediaAccess: 'public' }).media(asset)).toBe(`${MEDIA}/fern.png`)
  })

  it('is signed where they are private, and is its own normal form', () => {
    const url = at('2026-01-01T12:00:00Z')
    expect(`${url.origin}${url.pathname}`).toBe(`${MEDIA}/fern.png`)
    const { mediaToken } = asset
    expect(secondsLeft(signing.media, { mediaToken, now }, Object.fromEntries(url.searchParams))).toBe(3600)
    expect(url.href).toBe(urls.for({ mediaAccess: 'signed' }).media(asset))
  })

  it('is the same for a quarter of an hour, and always good for an hour', () => {
    const noon = '2026-01-01T12:00:00Z'
    expect(at(noon, 0.001).href).toBe(at(noon, 900).href)
    expect(at(noon, 900.001).href).not.toBe(at(noon, 900).href)
    for (const seconds of [0, 0.001, 1, 450, 899.999, 900, 900.001, 1234.5]) {
      const left = Number(at(noon, seconds).searchParams.get('expires')) - now / 1000
      expect(left).toBeGreaterThanOrEqual(3600)
      expect(left).toBeLessThan(3600 + 900)
    }
  })
})
