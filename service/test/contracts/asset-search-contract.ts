// Finding assets by a piece of their name, in whatever case and from whatever keyboard.
import { describe, expect, it } from 'vitest'
import { pendingOf } from '../support/specimens.ts'
import { type OpenInstallation, plant, useGarden } from '../support/use-records.ts'

/** A name, and pieces that find it. */
const found: [name: string, ...queries: string[]][] = [
  ['Red Fern.PNG', 'Red Fern.PNG', 'red fern.png', 'FERN', 'n.p', ' ', 'd F', '.PNG', 'r', 'Re'],
  ['Éclair.png', 'éclair', 'ÉCLAIR', 'E\u0301CLAIR', 'e\u0301', 'É', 'clair'],
  ['CAFE\u0301.png'.normalize('NFC'), 'café', 'CAFÉ', 'cafe\u0301.PNG'],
  ['ΟΔΟΣΑ.png', 'οδοσα', 'ΟΔΟΣ', 'οδος', 'σ', 'ς'],
  ['Жар-птица.png', 'ЖАР', 'жар', 'ПТИЦА'],
  ['Straße.png', 'straße', 'STRASSE', 'strasse'],
  ['東京の桜.png', '東', '東京', '東京の', 'の桜.p'],
  ['🌿🌿🍃.png', '🌿', '🌿🍃', '🌿🌿🍃', '🍃.P'],
  ['100%_sure.png', '%', '_', '100%', '%_s', '0%_', '100%_SURE'],
  ['a*b^c:d-e(f).png', '*', 'a*b', 'b^c:d', '-e(f)', 'c:d', '(f)'],
  ['"say" \'it\' -- twice.png', '"', '"say"', "'it'", "' --", '""'.slice(0, 1), 'say" \''],
  ['[x]{y}.png', '[x]', '{y}', ']{', '[x]{y}'],
  ['AND OR NOT NEAR.png', 'AND', 'OR', 'and or not', 'NEAR', 'NOT'],
  ['x'.repeat(240), 'xxx', 'x'.repeat(240), 'XX'],
]

const notFound: [name: string, ...queries: string[]][] = [
  [
    'Red Fern.png',
    'fren',
    'red_fern',
    '%',
    'red%',
    'Red  Fern',
    'Red Fern.pngx',
    'xRed',
    '*',
    'red*',
    'f?rn',
  ],
  ['Eclair.png', 'éclair', 'é'],
  [
    'fern.png',
    '"',
    "'",
    '\\',
    '"fern"',
    'fern"',
    'fern\\',
    '\0',
    'fern\0',
    'fe\0rn',
    'fer\u0007',
    '\n',
    'name:fern',
  ],
  ['東京.png', '京東', '東東東'],
  ['🌿.png', '🍃', '\ud83c', '🌿🌿🌿'],
]

export function describeAssetSearch(name: string, open: OpenInstallation): void {
  describe(`${name}: searching assets by name`, () => {
    const garden = useGarden(open)
    const search = async (query: string) => {
      const page = await garden.assets.list({ workspaceId: garden.workspaceId, query }, { limit: 100 })
      return page.items.map(({ asset }) => asset.name)
    }

    it.each(found)('finds %j', async (name, ...queries) => {
      await plant(garden.assets, pendingOf(garden.workspaceId, { name: 'moss' }))
      await plant(garden.assets, pendingOf(garden.workspaceId, { name }))
      for (const query of queries) expect(await search(query), query).toEqual([name])
    })

    it.each(notFound)('does not find %j by what is not in it', async (name, ...queries) => {
      await plant(garden.assets, pendingOf(garden.workspaceId, { name }))
      for (const query of queries) expect(await search(query), query).toEqual([])
    })

    it('finds no asset without a name', async () => {
      await plant(garden.assets, pendingOf(garden.workspaceId, { name: null }))
      for (const query of ['n', 'nu', 'null', '%']) expect(await search(query)).toEqual([])
    })

    it('finds an asset once and by its name of today, however often it was written', async () => {
      const first = await plant(garden.assets, pendingOf(garden.workspaceId, { name: 'fern.png' }))
      const second = { ...first, version: 2, folder: 'moved' }
      await garden.assets.save({ asset: { before: first, after: second }, events: [] })
      await garden.assets.save({ asset: { before: second, after: { ...second, version: 3 } }, events: [] })
      expect(await search('fern')).toEqual(['fern.png'])
      expect(await search('fe')).toEqual(['fern.png'])
    })

    it('answers all that fit, newest first', async () => {
      for (const name of ['a fern', 'FERNS', 'moss', 'fern'])
        await plant(garden.assets, pendingOf(garden.workspaceId, { name }))
      expect(await search('fern')).toEqual(['fern', 'FERNS', 'a fern'])
      expect(await search('s')).toEqual(['moss', 'FERNS'])
    })
  })
}
