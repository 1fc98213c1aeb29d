// Pages of assets: newest first, without doubles or holes, narrowed by each filter and by all together.
import { describe, expect, it } from 'vitest'
import type { AssetFilter } from '../../src/assets/ports.ts'
import type { Position } from '../../src/ground/page.ts'
import { allPages } from '../support/all-pages.ts'
import { failedOf, NOON, nodeOf, pendingOf, readyOf } from '../support/specimens.ts'
import { addProject, addWorkspace, type OpenInstallation, plant, useGarden } from '../support/use-records.ts'

export function describeAssetListing(name: string, open: OpenInstallation): void {
  describe(`${name}: listing assets`, () => {
    const garden = useGarden(open)

    const plantNamed = async (...names: string[]) => {
      for (const name of names) await plant(garden.assets, pendingOf(garden.workspaceId, { name }))
    }
    const page = (limit: number, after?: Position, filter: Partial<AssetFilter> = {}) =>
      garden.assets.list({ workspaceId: garden.workspaceId, ...filter }, { limit, after })
    const names = (filter: Partial<AssetFilter> = {}) => walk(100, filter)
    const walk = async (limit: number, filter: Partial<AssetFilter> = {}, between = async () => {}) => {
      const items = await allPages(async after => {
        const found = await page(limit, after, filter)
        expect(found.items.length).toBeLessThanOrEqual(limit)
        await between()
        return found
      })
      return items.map(({ asset }) => asset.name)
    }

    it('begins with the newest row, whatever the clock said', async () => {
      for (const [name, createdAt] of Object.entries({ first: NOON + 9, second: NOON, third: NOON + 5 }))
        await plant(garden.assets, pendingOf(garden.workspaceId, { name, createdAt }))
      expect(await names()).toEqual(['third', 'second', 'first'])
    })

    it('keeps its order when an asset changes', async () => {
      const old = await plant(garden.assets, pendingOf(garden.workspaceId, { name: 'old' }))
      await plantNamed('new')
      await garden.assets.save({ asset: { before: old, after: { ...old, version: 2 } }, events: [] })
      expect(await names()).toEqual(['new', 'old'])
    })

    it('is an empty page where there is nothing', async () => {
      expect(await page(1)).toEqual({ items: [], next: undefined })
    })

    it.each([1, 2, 3, 6, 7, 8])('shows each of seven once in pages of %i', async limit => {
      await plantNamed('a', 'b', 'c', 'd', 'e', 'f', 'g')
      expect(await walk(limit)).toEqual(['g', 'f', 'e', 'd', 'c', 'b', 'a'])
    })

    it('ends with a page that is exactly full', async () => {
      await plantNamed('a', 'b')
      expect((await page(2)).next).toBeUndefined()
      expect((await page(1)).next).toBeDefined()
    })

    it('shows what was there once, while others are added between the pages', async () => {
      await plantNamed('a', 'b', 'c', 'd', 'e')
      expect(await walk(2, {}, () => plantNamed('late'))).toEqual(['e', 'd', 'c', 'b', 'a'])
    })

    it('goes through a filtered list in pages too', async () => {
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        await plant(garden.assets, readyOf(garden.workspaceId, { name }))
        await plantNamed('between')
      }
      expect(await walk(2, { status: 'ready' }, () => plantNamed('late'))).toEqual(['e', 'd', 'c', 'b', 'a'])
    })

    it('narrows by status, as it is now', async () => {
      const pending = await plant(garden.assets, pendingOf(garden.workspaceId, { name: 'pending' }))
      await plant(garden.assets, readyOf(garden.workspaceId, { name: 'ready' }))
      await plant(garden.assets, failedOf(garden.workspaceId, { name: 'failed' }))
      for (const status of ['pending_upload', 'ready', 'failed'] as const)
        expect(await names({ status })).toEqual([status.split('_')[0]])
      const failed = failedOf(garden.workspaceId, { ...pending, status: 'failed', version: 2 })
      await garden.assets.save({ asset: { before: pending, after: failed }, events: [] })
      expect(await names({ status: 'pending_upload' })).toEqual([])
      expect(await names({ status: 'failed' })).toEqual(['failed', 'pending'])
    })

    it('narrows by a media type, or by all of a kind', async () => {
      const types = [
        'image/png',
        'image/svg+xml',
        'imagery/png',
        'image0/png',
        'image',
        'video/mp4',
        'IMAGE/png',
        'application/pdf',
      ]
      for (const contentType of types)
        await plant(garden.assets, pendingOf(garden.workspaceId, { name: contentType, contentType }))
      expect(await names({ type: 'image/png' })).toEqual(['image/png'])
      expect(await names({ type: 'image/' })).toEqual(['image/svg+xml', 'image/png'])
      expect(await names({ type: 'video/' })).toEqual(['video/mp4'])
      expect(await names({ type: 'application/pdf' })).toEqual(['application/pdf'])
      expect(await names({ type: 'audio/' })).toEqual([])
    })

    it('narrows by exactly one folder', async () => {
      for (const folder of ['', 'a', 'a/b', 'A', 'a_', 'é/日本'])
        await plant(garden.assets, pendingOf(garden.workspaceId, { name: `in ${folder}`, folder }))
      for (const folder of ['', 'a', 'a/b', 'A', 'a_', 'é/日本'])
        expect(await names({ folder })).toEqual([`in ${folder}`])
      for (const folder of ['a/', '/a', 'b', '%', 'a%']) expect(await names({ folder })).toEqual([])
    })

    it('narrows by pairs of metadata, all of them exactly', async () => {
      await plant(garden.assets, pendingOf(garden.workspaceId, { name: 'none' }))
      await plant(
        garden.assets,
        pendingOf(garden.workspaceId, { name: 'fern', metadata: { plant: 'fern', n: '1', '': 'blank' } }),
      )
      await plant(
        garden.assets,
        pendingOf(garden.workspaceId, { name: 'moss', metadata: { plant: 'moss', n: '1', 'a.b': '"x"' } }),
      )
      const found = async (metadata: Record<string, string>) => (await names({ metadata })).join()
      expect(await found({ plant: 'fern' })).toBe('fern')
      expect(await found({ n: '1' })).toBe('moss,fern')
      expect(await found({ n: '1', plant: 'moss' })).toBe('moss')
      expect(await found({ 'a.b': '"x"' })).toBe('moss')
      expect(await found({ '': 'blank' })).toBe('fern')
      expect(await found({ n: '2', plant: 'moss' })).toBe('')
      expect(await found({ plant: 'Fern' })).toBe('')
      expect(await found({ n: '1.0' })).toBe('')
      expect(await found({})).toBe('moss,fern,none')
    })

    it.each([
      '$',
      '$.plant',
      '$[0]',
      '[0]',
      '#',
      '*',
      '"',
      "'",
      '\\',
      'a"b',
      "a'b",
      'a\0b',
      '🌿',
      '__proto__',
      'a b',
    ])('finds by the metadata key %j only what has it', async key => {
      const metadata = Object.fromEntries([[key, 'x']])
      await plant(
        garden.assets,
        pendingOf(garden.workspaceId, { name: 'other', metadata: { plant: 'x', a: 'x' } }),
      )
      expect(await names({ metadata })).toEqual([])
    })

    it('narrows by a project that assets are bound for or stand on', async () => {
      const other = await addProject(garden.records, garden.workspaceId)
      const bound = { name: 'bound', projectId: garden.projectId }
      await plant(garden.assets, pendingOf(garden.workspaceId, bound))
      const placed = await plant(garden.assets, readyOf(garden.workspaceId, { name: 'placed' }))
      const both = await plant(garden.assets, readyOf(garden.workspaceId, { ...bound, name: 'both' }))
      const elsewhere = await plant(garden.assets, readyOf(garden.workspaceId, { name: 'elsewhere' }))
      for (const { id } of [placed, both, both])
        await garden.assets.save({ node: nodeOf(garden.projectId, id), events: [] })
      await garden.assets.save({ node: nodeOf(other.id, elsewhere.id), events: [] })
      expect(await names({ projectId: garden.projectId })).toEqual(['both', 'placed', 'bound'])
      expect(await names({ projectId: other.id })).toEqual(['elsewhere'])
      expect(await names({ projectId: 'prj_unknown' })).toEqual([])
    })

    it("shows each asset's newest node, of the project asked for where one is", async () => {
      const other = await addProject(garden.records, garden.workspaceId)
      const asset = await plant(garden.assets, readyOf(garden.workspaceId, { projectId: garden.projectId }))
      const nodes = [
        nodeOf(garden.projectId, asset.id, { createdAt: NOON + 9 }),
        nodeOf(garden.projectId, asset.id, { createdAt: NOON }),
        nodeOf(other.id, asset.id, { createdAt: NOON }),
      ]
      const nodeIn = async (projectId?: string) => (await page(1, undefined, { projectId })).items[0]?.node
      expect(await nodeIn()).toBeUndefined()
      for (const node of nodes) await garden.assets.save({ node, events: [] })
      expect(await nodeIn()).toEqual({ id: nodes[2]?.id, projectId: other.id })
      expect(await nodeIn(other.id)).toEqual({ id: nodes[2]?.id, projectId: other.id })
      expect(await nodeIn(garden.projectId)).toEqual({ id: nodes[1]?.id, projectId: garden.projectId })
    })

    it('holds to every filter at once', async () => {
      const right = {
        name: 'Spring fern.png',
        folder: 'a',
        metadata: { plant: 'fern' },
        contentType: 'image/png',
        projectId: garden.projectId,
      }
      const wrongs = [
        { name: 'moss.png' },
        { folder: 'b' },
        { metadata: {} },
        { contentType: 'video/mp4' },
        { projectId: null },
      ]
      for (const wrong of wrongs)
        await plant(garden.assets, readyOf(garden.workspaceId, { ...right, ...wrong }))
      await plant(garden.assets, pendingOf(garden.workspaceId, right))
      const asset = await plant(garden.assets, readyOf(garden.workspaceId, right))
      const found = await page(10, undefined, {
        query: 'FERN',
        folder: 'a',
        metadata: { plant: 'fern' },
        type: 'image/',
        projectId: garden.projectId,
        status: 'ready',
      })
      expect(found.items.map(item => item.asset.id)).toEqual([asset.id])
    })

    it("never shows another workspace's assets, whatever the filter", async () => {
      const other = await addWorkspace(garden.records)
      const foreign = { name: 'fern', folder: 'a', metadata: { plant: 'fern' }, projectId: garden.projectId }
      await plant(garden.assets, readyOf(other.id, foreign))
      const filters: Partial<AssetFilter>[] = [
        {},
        { query: 'fern' },
        { query: 'f' },
        { folder: 'a' },
        { status: 'ready' },
        { type: 'image/' },
        { metadata: { plant: 'fern' } },
        { projectId: garden.projectId },
      ]
      for (const filter of filters) expect(await names(filter)).toEqual([])
      expect((await garden.assets.list({ workspaceId: other.id }, { limit: 9 })).items).toHaveLength(1)
    })
  })
}
