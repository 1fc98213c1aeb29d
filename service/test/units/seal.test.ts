// Sealed texts and the masters that open them.
import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSeal } from '../../src/ground/seal.ts'
import { deriveBytes } from '../../src/ground/secrets.ts'

const [OLD, NEW] = ['the master of before', 'the master of now']

/** As the first version sealed: without a word about the master. */
function sealedByFirstVersion(text: string, owner: string, master: string): string {
  const iv = Buffer.alloc(12, 7)
  const key = deriveBytes(master, 'sealed secrets')
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(owner))
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `v1.${sealed.toString('base64url')}`
}

describe('A sealed text', () => {
  test('is opened by its master wherever that stands, and says which it is', () => {
    const sealed = createSeal([OLD]).close('whsec_x', 'whk_1')
    expect(sealed).toMatch(/^v2\.[0-9a-f]{8}\.[\w-]+$/)
    for (const masters of [[OLD], [OLD, NEW], [NEW, OLD]] as const) {
      const seal = createSeal(masters)
      expect(seal.open(sealed, 'whk_1')).toBe('whsec_x')
      expect(seal.sealerOf(sealed, 'whk_1')).toBe(createSeal([OLD]).kids[0])
    }
    expect(createSeal([NEW]).sealerOf(sealed, 'whk_1')).toBeUndefined()
    expect(() => createSeal([NEW]).open(sealed, 'whk_1')).toThrow('another secret')
  })

  test('is current only under the first master and in the newest form', () => {
    const [seal, sealed] = [createSeal([NEW, OLD]), createSeal([OLD]).close('x', 'a')]
    expect(seal.isCurrent(sealed)).toBe(false)
    expect(seal.isCurrent(seal.close('x', 'a'))).toBe(true)
    expect(seal.isCurrent(sealedByFirstVersion('x', 'a', NEW))).toBe(false)
  })

  test('of the first version is opened by any of the masters', () => {
    const sealed = sealedByFirstVersion('whsec_é', 'whk_1', OLD)
    const seal = createSeal([NEW, OLD])
    expect(seal.open(sealed, 'whk_1')).toBe('whsec_é')
    expect(seal.sealerOf(sealed, 'whk_1')).toBe(seal.kids[1])
    expect(() => createSeal([NEW]).open(sealed, 'whk_1')).toThrow()
    expect(() => seal.open(sealed, 'whk_2')).toThrow()
  })

  test('is nothing once it was altered, cut short or put under another name', () => {
    const seal = createSeal([NEW, OLD])
    const sealed = seal.close('whsec_x', 'whk_1')
    const [, , bytes = ''] = sealed.split('.')
    for (let at = 0; at < sealed.length - 1; at++) {
      const other = sealed[at] === 'A' ? 'B' : 'A'
      const altered = sealed.slice(0, at) + other + sealed.slice(at + 1)
      expect(() => seal.open(altered, 'whk_1'), altered).toThrow()
      expect(() => seal.open(sealed.slice(0, at), 'whk_1')).toThrow()
    }
    expect(() => seal.open(`v2.${seal.kids[1]}.${bytes}`, 'whk_1')).toThrow()
  })

  test('comes back whatever it was, for its owner alone', () => {
    const seal = createSeal([NEW])
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (text, owner, other) => {
        const sealed = seal.close(text, owner)
        expect(seal.open(sealed, owner)).toBe(text)
        if (other !== owner) expect(() => seal.open(sealed, other)).toThrow()
      }),
    )
  })
})
