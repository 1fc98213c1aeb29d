// Upload tokens: a pure function of the attempt and of who asked, never a ticket and never an API key.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTicket, ticketFor } from '../../src/assets/ticket.ts'
import {
  hasOutlived,
  looksLikeUploadToken,
  readUploadToken,
  uploadTokenFor,
} from '../../src/assets/upload-token.ts'
import { derivedKey, type SigningKey } from '../../src/ground/secrets.ts'
import { signClaims } from '../../src/ground/signed-claims.ts'
import { looksLikeKey } from '../../src/keys/key.ts'
import { anyCharacter } from '../support/any-character.ts'
import { ringOf } from '../support/keys-of.ts'
import { attemptOf, NOON } from '../support/specimens.ts'

const [key, tickets, cursors] = (['upload_tokens', 'tickets', 'cursors'] as const).map(purpose =>
  derivedKey('a secret of this installation', purpose),
) as [SigningKey, SigningKey, SigningKey] // as many as were named
const readBy = (by: SigningKey, text: string) => readUploadToken(ringOf(by), text)
const attempt = attemptOf({ id: 'asset_7c2f0e8a41d94b6f', attempt: 3 })
const token = uploadTokenFor(key, attempt, 'key_1')
const DAY_MS = 86_400_000

describe('An upload token', () => {
  it('says again what it was made for, and is the same whenever it is made', () => {
    expect(readBy(key, token)).toEqual({ assetId: attempt.assetId, attempt: 3, keyId: 'key_1' })
    expect(uploadTokenFor(key, { ...attempt, expiresAt: 1 }, 'key_1')).toBe(token)
  })

  it('differs in every attempt, asset and key', () => {
    const others = [{ n: 4 }, { assetId: 'asset_other' }].map(other =>
      uploadTokenFor(key, { ...attempt, ...other }, 'key_1'),
    )
    expect(new Set([token, ...others, uploadTokenFor(key, attempt, 'key_2')]).size).toBe(4)
  })

  it('is no ticket, and a ticket is none, even under the same key', () => {
    for (const other of [key, tickets, cursors]) {
      expect(readTicket(ringOf(other), token)).toBeUndefined()
      expect(readBy(other, ticketFor(other, attempt))).toBeUndefined()
      if (other !== key) expect(readBy({ ...other, kid: key.kid }, token)).toBeUndefined()
    }
    expect(readBy(key, signClaims(key, 'v1', ['asset_1', 1, 'key_1']))).toBeUndefined()
  })

  it('is told from an API key by its beginning, and stands in a header as it is', () => {
    expect([looksLikeUploadToken(token), looksLikeKey(token)]).toEqual([true, false])
    expect(looksLikeUploadToken(`sk_live_${'A'.repeat(43)}`)).toBe(false)
    expect(token).toMatch(/^ut_v1\.[0-9a-f]{8}\.[\w-]+\.[\w-]{43}$/)
  })

  it('is worth nothing once a character is changed or lost', () => {
    for (let at = 0; at < token.length; at++) {
      const [before, after] = [token.slice(0, at), token.slice(at + 1)]
      const altered = [...'Aa0-_. '].filter(character => character !== token[at])
      for (const other of [...altered.map(character => before + character + after), before + after])
        expect(readBy(key, other), other).toBeUndefined()
    }
  })

  it('is never seen in noise, and noise never throws', () => {
    const noise = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.string().map(payload => `ut_v1.${key.kid}.${payload}.${'A'.repeat(43)}`),
    )
    fc.assert(fc.property(noise, text => readBy(key, text) === undefined))
  })

  it('lives a day longer than its upload', () => {
    const ended = { ...attempt, expiresAt: NOON }
    expect(hasOutlived(ended, NOON + DAY_MS - 1)).toBe(false)
    expect(hasOutlived(ended, NOON + DAY_MS)).toBe(true)
  })
})
