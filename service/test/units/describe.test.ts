// What a client says of its asset: brought into one form, or refused with the field named.
import { describe, expect, it } from 'vitest'
import { describe as description, type SaidOfAsset } from '../../src/assets/describe.ts'
import { refusedFields } from '../support/refused-fields.ts'

const MAX_BYTES = 1000
const faultsOf = (said: SaidOfAsset) => refusedFields(() => description(said, MAX_BYTES, 'live'))
const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 'v']))

describe('A description', () => {
  it('of an asset of which nothing is said has nothing in it', () => {
    expect(description({}, MAX_BYTES, 'live')).toEqual({
      name: null,
      folder: '',
      metadata: {},
      declaredType: null,
      declaredSize: null,
      declaredSha256: null,
      projectId: null,
      keeping: { retention: 'standard', lifeMs: null, maxAgeMs: Number.POSITIVE_INFINITY },
    })
  })

  it('says everything that was said, each in its one form', () => {
    const said = {
      fileName: 'e\u0301te\u0301.png',
      contentType: 'Image/PNG; charset=binary',
      folder: '/a//b/',
      fileSize: 1000,
      sha256: 'AB'.repeat(32),
      metadata: { plant: 'fern' },
      projectId: 'prj_meadow',
      retention: 'ephemeral' as const,
      deleteAfterSeconds: 60,
    }
    expect(description(said, MAX_BYTES, 'live')).toEqual({
      name: '\u00E9t\u00E9.png',
      folder: 'a/b',
      metadata: { plant: 'fern' },
      declaredType: 'image/png',
      declaredSize: 1000,
      declaredSha256: 'ab'.repeat(32),
      projectId: 'prj_meadow',
      keeping: { retention: 'ephemeral', lifeMs: 60_000, maxAgeMs: Number.POSITIVE_INFINITY },
    })
  })

  it.each([
    ['image/png', 'image/png'],
    [' IMAGE/Png ', 'image/png'],
    ['image/svg+xml;charset=utf-8', 'image/svg+xml'],
    ['application/vnd.api-v1.2+json', 'application/vnd.api-v1.2+json'],
    ['x-!#$&^_.+-/x', 'x-!#$&^_.+-/x'],
  ])('takes the type %j for %s', (contentType, declaredType) => {
    expect(description({ contentType }, MAX_BYTES, 'live').declaredType).toBe(declaredType)
  })

  it.each([
    '',
    ' ',
    ';',
    'png',
    'image/',
    '/png',
    'image/png/x',
    'image png',
    'image/p ng',
    'image/png, image/jpeg',
    'image/png\r\nx: y',
    '*/*',
    'imagé/png',
    `image/${'x'.repeat(128)}`,
  ])('refuses the type %j', contentType => {
    expect(faultsOf({ contentType })).toEqual(['content_type'])
  })

  it('refuses a size above what an upload may have', () => {
    expect(faultsOf({ fileSize: 1001 })).toEqual(['file_size'])
    expect(description({ fileSize: 0 }, MAX_BYTES, 'live').declaredSize).toBe(0)
  })

  it.each([
    '',
    'ab',
    'g'.repeat(64),
    'a'.repeat(63),
    'a'.repeat(65),
    ` ${'a'.repeat(64)}`,
    `0x${'a'.repeat(62)}`,
  ])('refuses the checksum %j', sha256 => {
    expect(faultsOf({ sha256 })).toEqual(['sha256'])
  })

  it('passes names and folders on to their own rules', () => {
    expect(faultsOf({ fileName: 'a/b' })).toEqual(['file_name'])
    expect(faultsOf({ folder: '..' })).toEqual(['folder'])
  })
})

describe('Metadata', () => {
  it.each([
    { plant: 'fern' },
    { 'A-z.0_9': 'é 東京 🌿 "quoted" \\ \n\t' },
    { empty: '' },
    { constructor: 'x', toString: 'y', hasOwnProperty: 'z' },
    { ['k'.repeat(64)]: 'v' },
    pairs(16),
    { k: 'v'.repeat(4095) },
    { k: 'é'.repeat(2047) },
  ])('%j is kept', metadata => {
    expect(description({ metadata }, MAX_BYTES, 'live').metadata).toStrictEqual(metadata)
  })

  it.each([
    [{ '': 'x' }, ['metadata.']],
    [{ 'a b': 'x' }, ['metadata.a b']],
    [{ é: 'x' }, ['metadata.é']],
    [{ 'a"b': 'x', 'a/b': 'y', ok: 'z' }, ['metadata.a"b', 'metadata.a/b']],
    [{ ['k'.repeat(65)]: 'v' }, [`metadata.${'k'.repeat(65)}`]],
    [{ k: 'a\0b' }, ['metadata.k']],
    [{ k: '\uD83C' }, ['metadata.k']],
    [pairs(17), ['metadata']],
    [{ k: 'v'.repeat(4096) }, ['metadata']],
    [{ k: 'é'.repeat(2048) }, ['metadata']],
  ])('%j is refused with its faults named', (metadata, fields) => {
    expect(faultsOf({ metadata })).toEqual(fields)
  })
})
