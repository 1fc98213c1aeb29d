// The signature of private media: for one token and one second, and of no use once a character is changed.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { secondsLeft, signedQuery } from '../../src/assets/media-signature.ts'
import { Refusal } from '../../src/ground/errors.ts'
import { derivedKey, sign } from '../../src/ground/secrets.ts'
import { anyCharacter } from '../support/any-character.ts'
import { ringOf } from '../support/keys-of.ts'

const key = derivedKey('a secret of this installation', 'media')
const ring = ringOf(key)
const mediaToken = 'token-of-22-characters'
const EXPIRES = 1_767_268_800
const now = EXPIRES * 1000 - 60_000
const given = Object.fromEntries(new URLSearchParams(signedQuery(key, mediaToken, EXPIRES)))
const { expires = '', signature = '' } = given

function refused(said: object, of = { key, mediaToken, now }): Refusal {
  try {
    secondsLeft(ringOf(of.key), of, said)
  } catch (error) {
    if (error instanceof Refusal) return error
  }
  throw new Error('it was taken')
}

describe('A media signature', () => {
  it('says how long the URL is good for, in whole seconds that end with it', () => {
    const left = (at: number) => secondsLeft(ring, { mediaToken, now: at }, given)
    expect([left(now), left(now + 1), left(now + 999), left(now + 1000)]).toEqual([60, 60, 60, 59])
    expect(left(EXPIRES * 1000 - 1)).toBe(1)
  })

  it('is over from the second that it names', () => {
    const { code, message } = refused(given, { key, mediaToken, now: EXPIRES * 1000 })
    expect(code).toBe('forbidden')
    expect(message).toMatch(/expired\. GET \/assets\/\{asset_id\} and POST .*\/sign give a fresh URL\.$/)
  })

  it('is made of what a query may hold', () => {
    expect(signedQuery(key, mediaToken, EXPIRES)).toMatch(/^expires=\d+&signature=[0-9a-f]{8}\.[\w-]{43}$/)
  })

  it('opens no other token, no other second, and nothing under another key', () => {
    for (const said of [
      { expires: String(EXPIRES + 1), signature },
      { expires: `0${expires}`, signature },
      { expires: `${expires}.0`, signature },
      { expires: ` ${expires}`, signature },
    ])
      expect(refused(said).code).toBe('forbidden')
    for (const other of ['token-of-22-characterS', '', `${mediaToken}.`])
      expect(refused(given, { key, mediaToken: other, now }).code).toBe('forbidden')
    const others = [
      derivedKey('another secret', 'media'),
      derivedKey('a secret of this installation', 'tickets'),
      derivedKey('a secret of this installation', 'cursors'),
    ]
    for (const other of [
      ...others,
      ...others.map(it => ({ ...it, kid: key.kid })),
      { ...key, kid: '00000000' },
    ])
      expect(refused(given, { key: other, mediaToken, now }).code).toBe('forbidden')
  })

  it('is worth nothing when any one character is changed, lost, added or doubled', () => {
    for (let at = 0; at <= signature.length; at++) {
      const [before, after] = [signature.slice(0, at), signature.slice(at + 1)]
      const altered = [...'Aa0-_.= é'].filter(character => character !== signature[at])
      for (const other of [
        ...altered.map(it => before + it + after),
        `${before}A${signature.slice(at)}`,
        before,
      ])
        if (other !== signature)
          expect(() => secondsLeft(ring, { mediaToken, now }, { expires, signature: other }), other).toThrow()
    }
  })

  it('that is missing, or half of it, or given twice, is refused', () => {
    expect(refused({}).message).toMatch(/^Media of this workspace are private/)
    for (const said of [
      { expires },
      { signature },
      { expires: [expires, expires], signature },
      { expires, signature: [signature, signature] },
    ])
      expect(refused(said).code).toBe('forbidden')
  })

  it('is never seen in noise, not even where a second that is none was signed', () => {
    const text = fc.string({ unit: anyCharacter })
    fc.assert(
      fc.property(text, text, (said, mac) => {
        expect(() =>
          secondsLeft(ring, { mediaToken, now }, { expires: said, signature: `${key.kid}.${mac}` }),
        ).toThrow()
      }),
    )
    for (const said of ['', 'x', 'NaN', '-1', '0']) {
      const signed = `${key.kid}.${sign(key, `${mediaToken}.${said}`)}`
      expect(
        () => secondsLeft(ring, { mediaToken, now }, { expires: said, signature: signed }),
        said,
      ).toThrow()
    }
  })
})
