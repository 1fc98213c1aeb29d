// Tickets: a pure function of the attempt, and of no use once a character is changed.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTicket, ticketFor } from '../../src/assets/ticket.ts'
import { derivedKey, type SigningKey, sign } from '../../src/ground/secrets.ts'
import { anyCharacter } from '../support/any-character.ts'
import { ringOf } from '../support/keys-of.ts'
import { attemptOf } from '../support/specimens.ts'

const key = derivedKey('a secret of this installation', 'tickets')
const readTicketBy = (by: SigningKey, text: string) => readTicket(ringOf(by), text)
const attempt = attemptOf({ id: 'asset_7c2f0e8a41d94b6f', attempt: 3 }, { maxBytes: 1024 ** 4 })
const ticket = ticketFor(key, attempt)

describe('A ticket', () => {
  it('says again what it was made for', () => {
    expect(readTicketBy(key, ticket)).toEqual({
      assetId: attempt.assetId,
      attempt: 3,
      maxBytes: 1024 ** 4,
      expiresAt: attempt.expiresAt,
    })
  })

  it('is the same whenever it is made, and made of what a path may hold', () => {
    expect(ticketFor(key, { ...attempt })).toBe(ticket)
    expect(ticket).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]+\.[\w-]{43}$/)
  })

  it('differs in every attempt, asset, cap and expiry', () => {
    const others = [
      { n: 4 },
      { assetId: 'asset_other' },
      { maxBytes: 1 },
      { expiresAt: attempt.expiresAt + 1 },
    ]
    const all = [ticket, ...others.map(other => ticketFor(key, { ...attempt, ...other }))]
    expect(new Set(all).size).toBe(5)
  })

  it('is worth nothing under the key of another installation or another purpose', () => {
    const others = [
      derivedKey('another secret', 'tickets'),
      derivedKey('a secret of this installation', 'cursors'),
    ]
    for (const other of others) {
      expect(readTicketBy(other, ticket)).toBeUndefined()
      expect(readTicketBy({ ...other, kid: key.kid }, ticket)).toBeUndefined()
    }
    expect(readTicketBy({ ...key, kid: '00000000' }, ticket)).toBeUndefined()
  })

  it('is worth nothing when any one character is changed, lost, added or doubled', () => {
    for (let at = 0; at < ticket.length; at++) {
      const [before, after] = [ticket.slice(0, at), ticket.slice(at + 1)]
      const altered = [...'Aa0-_.= é'].filter(character => character !== ticket[at])
      const others = [...altered.map(character => before + character + after), before + after]
      for (const other of [...others, `${before}A${ticket.slice(at)}`, before])
        expect(readTicketBy(key, other), other).toBeUndefined()
    }
    for (const other of [`${ticket}.`, `.${ticket}`, `${ticket}=`, `${ticket} `, `${ticket}.x`])
      expect(readTicketBy(key, other), other).toBeUndefined()
  })

  it('cannot be put together from two others', () => {
    const other = ticketFor(key, { ...attempt, n: 4 }).split('.')
    const parts = ticket.split('.')
    for (const at of [2, 3]) {
      const mixed = parts.map((part, n) => (n === at ? (other[n] ?? '') : part)).join('.')
      expect(readTicketBy(key, mixed)).toBeUndefined()
    }
  })

  it('of another version is none, even well signed', () => {
    const body = ticket.split('.').slice(0, 3).join('.').replace('v1', 'v2')
    expect(readTicketBy(key, `${body}.${sign(key, body)}`)).toBeUndefined()
  })

  it('is never seen in noise, and noise never throws', () => {
    const noise = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.array(fc.string(), { maxLength: 6 }).map(parts => parts.join('.')),
      fc.string().map(payload => `v1.${key.kid}.${payload}.${'A'.repeat(43)}`),
      fc.base64String().map(payload => `v1.${key.kid}.${payload}.${sign(key, payload)}`),
    )
    fc.assert(
      fc.property(noise, text => {
        expect(readTicketBy(key, text)).toBeUndefined()
      }),
    )
  })
})
