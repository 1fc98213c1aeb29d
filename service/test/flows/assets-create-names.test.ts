// File names, folders and metadata: refused with the field named, or they work end to end.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalIn } from '../support/refusal-of.ts'
import { postJson, reserve } from '../support/reserve.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { completed, directForm, postAsset, uploaded } from '../support/uploads.ts'

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService()
})
afterAll(() => herbarium.close())

const create = (said: Record<string, unknown>) =>
  postJson(herbarium, '/assets', { source: 'signed-url', workspace_id: herbarium.workspaceId, ...said })

const HOSTILE_NAMES = [
  '',
  ' ',
  '.',
  '..',
  '../etc/passwd',
  '/etc/passwd',
  'a/b.png',
  'C:\\a.png',
  '..\\..\\a.png',
  'a\0.png',
  'a.png\r\nX-Evil: 1',
  'a\nb',
  'a\tb',
  'a\u0085b',
  'a\u202Egnp.exe',
  'a\u2066b',
  'a\ud800b',
  'a\udc00',
  'ä'.repeat(128),
  'a'.repeat(4096),
]

test.each(HOSTILE_NAMES)('the name %j is refused on file_name', async name => {
  const refusal = await refusalIn(await create({ file_name: name }))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: ['file_name'] })
})

test.each(HOSTILE_NAMES.filter(name => name.isWellFormed()))(
  'a direct upload refuses the name %j too and keeps no bytes',
  async name => {
    const before = await herbarium.files()
    const form = directForm(herbarium, Buffer.from('x'), {}, { file_name: name })
    expect(await refusalIn(await postAsset(herbarium, form))).toMatchObject({
      status: 400,
      fields: ['file_name'],
    })
    expect(await herbarium.files()).toEqual(before)
  },
)

test.each([
  'CON',
  'NUL.png',
  '...',
  '.hidden',
  'a b c.png',
  '100 % sûr?.png',
  '#1 & 2 + 3 = 6;.png',
  'a%2Fb%00.png',
  '"quoted" \'single\' `tick`.png',
  '<script>alert(1)</script>.png'.replace('/', '∕'),
  '日本語のファイル.png',
  'عربى.png',
  '🌿🎋.png',
  '👩‍🎨 at work.png',
  'ﬁ ligature.png',
  'Zoë decomposed.png'.normalize('NFD'),
  "'; drop table assets; --.png",
  '{{7 * 7}} &amp;.png',
  'ä'.repeat(127),
])('the name %j works end to end', async name => {
  const reservation = await uploaded(herbarium, { file_name: name })
  const { url, asset_id } = await completed(herbarium, reservation.asset_id)
  const asset = await herbarium.client.assets.retrieve(asset_id)
  expect(asset).toMatchObject({ status: 'ready', name: name.normalize('NFC') })
  const { assets } = await herbarium.client.assets.list({ query: name })
  expect(assets.map(found => found.asset_id)).toContain(asset_id)
  expect(new URL(url).pathname).toMatch(/^\/media\/[\w-]{30}(\/[\w.-]+)?$/)
  expect((await herbarium.fetch(url)).status).toBe(200)
})

test('NFD and NFC twins of a name are two assets that both search finds', async () => {
  const nfc = await reserve(herbarium, { file_name: 'Zoë twin.png'.normalize('NFC') })
  const nfd = await reserve(herbarium, { file_name: 'Zoë twin.png'.normalize('NFD') })
  for (const query of ['zoë TWIN'.normalize('NFC'), 'ZOË twin'.normalize('NFD')]) {
    const { assets } = await herbarium.client.assets.list({ query })
    expect(assets.map(({ asset_id }) => asset_id)).toEqual([nfd.asset_id, nfc.asset_id])
  }
})

test.each([
  ['', ''],
  ['/', ''],
  ['api-uploads', 'api-uploads'],
  ['/a//b/', 'a/b'],
  [' a / b ', 'a/b'],
  ['Café/Été'.normalize('NFD'), 'Café/Été'.normalize('NFC')],
  ['a/b/c/d/e/f/g/h/i/j', 'a/b/c/d/e/f/g/h/i/j'],
  ['x'.repeat(512), 'x'.repeat(512)],
  ['..a/b..', '..a/b..'],
])('the folder %j is kept as %j, in create, get and list', async (given, kept) => {
  const tenant = await herbarium.newTenant()
  const reservation = await reserve(tenant, { folder: given })
  expect(reservation.folder).toBe(kept)
  expect(await tenant.client.assets.retrieve(reservation.asset_id)).toMatchObject({ folder: kept })
  expect((await tenant.client.assets.list()).assets).toMatchObject([{ folder: kept }])
})

test.each([
  '..',
  'a/../b',
  './a',
  'a/.',
  'a\\b',
  'a\0b',
  'a\nb',
  'a\ud800',
  'a/b/c/d/e/f/g/h/i/j/k',
  'x'.repeat(513),
  'x'.repeat(5000),
])('the folder %j is refused on folder', async folder => {
  const refusal = await refusalIn(await create({ folder }))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: ['folder'] })
})

const pairs = (count: number, value = 'v') =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, value]))

test.each([
  ['sixteen pairs', pairs(16)],
  ['4096 bytes in all', { key: 'x'.repeat(4093) }],
  ['4096 bytes of umlauts', { k1: 'ä'.repeat(2047) }],
  ['an empty value', { note: '' }],
  ['line breaks and emoji in a value', { note: 'a\r\nb\t🌿' }],
  ['names that objects have', { constructor: 'a', toString: 'b', hasOwnProperty: 'c' }],
  ['no pair', {}],
] satisfies [string, Record<string, string>][])('metadata of %s is kept', async (_what, metadata) => {
  const { asset_id } = await reserve(herbarium, { metadata })
  expect(await herbarium.client.assets.retrieve(asset_id)).toMatchObject({ metadata })
})

test.each([
  ['seventeen pairs', pairs(17), 'metadata'],
  ['4097 bytes', { key: 'x'.repeat(4094) }, 'metadata'],
  ['4097 bytes over many pairs', pairs(16, 'x'.repeat(254)), 'metadata'],
  ['an empty key', { '': 'v' }, 'metadata.'],
  ['a key with a space', { 'a b': 'v' }, 'metadata.a b'],
  ['a key with a quote', { 'a"b': 'v' }, 'metadata.a"b'],
  ['a key with a bracket', { 'a[0]': 'v' }, 'metadata.a[0]'],
  ['a key of 65 characters', { ['k'.repeat(65)]: 'v' }, `metadata.${'k'.repeat(65)}`],
  ['a number as value', { a: 1 }, 'metadata.a'],
  ['a map as value', { a: { b: 'c' } }, 'metadata.a'],
  ['NUL in a value', { a: 'b\0' }, 'metadata.a'],
  ['half a surrogate pair in a value', { a: '\ud83c' }, 'metadata.a'],
] satisfies [string, Record<string, unknown>, string][])(
  'metadata with %s is refused by name',
  async (_what, metadata, field) => {
    const refusal = await refusalIn(await create({ metadata }))
    expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: [field] })
  },
)
