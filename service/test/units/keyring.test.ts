// A ring of keys: one signs at a time, and each verifies until its end.
import { describe, expect, test } from 'vitest'
import { createKeyring, type RingKey } from '../../src/ground/keyring.ts'
import { derivedKey, signingKeyOf } from '../../src/ground/secrets.ts'
import { readClaims, readLearning, signClaims } from '../../src/ground/signed-claims.ts'
import { NOON } from '../support/specimens.ts'

const keyOf = (n: number, signsFrom: number, endsAt = Number.POSITIVE_INFINITY): RingKey => ({
  ...signingKeyOf(Buffer.alloc(32, n)),
  signsFrom,
  endsAt,
})

function ringAt(keys: RingKey[], reread?: () => Promise<void>) {
  const time = { now: NOON }
  const ring = createKeyring(keys, { clock: { now: () => time.now }, ...(reread && { reread }) })
  return { time, ring }
}

describe('A ring', () => {
  const old = keyOf(1, 0, NOON + 100)
  const fresh = keyOf(2, NOON + 10)

  test('signs with the newest key whose time has come', () => {
    const { time, ring } = ringAt([fresh, old])
    expect(ring.current().kid).toBe(old.kid)
    time.now = NOON + 9
    expect(ring.current().kid).toBe(old.kid)
    time.now = NOON + 10
    expect(ring.current().kid).toBe(fresh.kid)
  })

  test('verifies with a key before it signs, and until its end', () => {
    const { time, ring } = ringAt([old, fresh])
    expect([ring.find(old.kid)?.kid, ring.find(fresh.kid)?.kid]).toEqual([old.kid, fresh.kid])
    time.now = NOON + 99
    expect(ring.find(old.kid)?.kid).toBe(old.kid)
    time.now = NOON + 100
    expect(ring.find(old.kid)).toBeUndefined()
  })

  test('says again what was said with the key of then, as long as that verifies', () => {
    const { time, ring } = ringAt([old, fresh])
    time.now = NOON + 50
    expect(ring.at(NOON + 5).kid).toBe(old.kid)
    expect(ring.at(NOON + 10).kid).toBe(fresh.kid)
    time.now = NOON + 100
    expect(ring.at(NOON + 5).kid).toBe(fresh.kid)
  })

  test('waits for nothing once all keys of before have ended', () => {
    const { ring } = ringAt([keyOf(1, 0, NOON), fresh])
    expect(ring.current().kid).toBe(fresh.kid)
    expect(ring.find(old.kid)).toBeUndefined()
  })

  test('signs with the derived key of the first master, and verifies with those of all', () => {
    const [first, second] = [derivedKey('first', 'tickets'), derivedKey('second', 'tickets')]
    const always = { endsAt: Number.POSITIVE_INFINITY }
    const { ring } = ringAt([
      { ...second, ...always, signsFrom: -1 },
      { ...first, ...always, signsFrom: 0 },
    ])
    expect(ring.current().kid).toBe(first.kid)
    expect(ring.find(second.kid)?.kid).toBe(second.kid)
  })

  test('takes other keys in the place of its own', () => {
    const { ring } = ringAt([old])
    ring.replace([fresh])
    expect([ring.find(old.kid), ring.current().kid]).toEqual([undefined, fresh.kid])
  })
})

describe('A text that names a key', () => {
  const known = keyOf(1, 0)
  const late = keyOf(2, 0)
  const counted = () => {
    let reads = 0
    const made = ringAt([known], async () => {
      reads += 1
      made.ring.replace([known, late])
    })
    const read = (text: string) => readLearning(made.ring, text, one => readClaims(made.ring, 'v1', one))
    return { read, reads: () => reads }
  }

  test('which was not met before is read after a look, by a key that the look has found', async () => {
    const { read, reads } = counted()
    expect(await read(signClaims(late, 'v1', ['a']))).toEqual(['a'])
    expect(reads()).toBe(1)
  })

  test('which is known asks for no look, be it well signed, altered or over', async () => {
    const { read, reads } = counted()
    const text = signClaims(known, 'v1', ['a'])
    expect(await read(text)).toEqual(['a'])
    expect(await read(`${text.slice(0, -2)}AA`)).toBeUndefined()
    expect(reads()).toBe(0)
  })

  test('which nobody has is refused after one look, and what is no name without any', async () => {
    const { read, reads } = counted()
    expect(await read(signClaims({ ...keyOf(3, 0) }, 'v1', ['a']))).toBeUndefined()
    expect(reads()).toBe(1)
    for (const text of ['', 'v1', 'v1.', 'v1.nothex00.a.b', 'v1.0123.a.b'])
      expect(await read(text)).toBeUndefined()
    expect(reads()).toBe(1)
  })
})
