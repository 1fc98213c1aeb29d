// Projects and what stands on their canvas.
import { describe, expect, it } from 'vitest'
import { allPages } from '../support/all-pages.ts'
import { NOON, nodeOf, projectOf, readyOf, requestOf } from '../support/specimens.ts'
import { addWorkspace, type OpenInstallation, plant, useGarden } from '../support/use-records.ts'

export function describeProjectRecords(name: string, open: OpenInstallation): void {
  describe(`${name}: projects`, () => {
    const garden = useGarden(open)

    const addProjects = async (lastModified: Record<string, number>, workspaceId = garden.workspaceId) => {
      for (const [name, at] of Object.entries(lastModified))
        await garden.records.projects.insert(projectOf(workspaceId, { name, lastModified: at }))
    }
    const names = async (query?: string, limit = 100) => {
      const found = await allPages(after =>
        garden.records.projects.list({ workspaceId: garden.workspaceId, query }, { limit, after }),
      )
      return found.map(project => project.name)
    }

    it('come back as they were written', async () => {
      const project = projectOf(garden.workspaceId, {
        name: 'Łąka "東京" 🌿 %_\\',
        createdAt: NOON,
        lastModified: NOON + 7,
      })
      expect(await garden.records.projects.insert(project)).toBe('saved')
      expect(await garden.records.projects.find(project.id)).toStrictEqual(project)
      expect(await garden.records.projects.find('prj_unknown')).toBeUndefined()
    })

    it('answer the request that asked for them, once', async () => {
      const request = requestOf({ path: '/api/v1/projects', attempt: null })
      const [first, second] = [projectOf(garden.workspaceId), projectOf(garden.workspaceId)]
      expect(await garden.records.projects.insert(first, { ...request, subjectId: first.id })).toBe('saved')
      const again = { ...request, subjectId: second.id }
      expect(await garden.records.projects.insert(second, again)).toBe('already_answered')
      expect(await garden.records.projects.find(second.id)).toBeUndefined()
      expect((await garden.records.findRequest(request))?.subjectId).toBe(first.id)
    })

    it('are made once by twenty requests with one key at the same time', async () => {
      const other = await garden.openAgain()
      const request = requestOf({ path: '/api/v1/projects' })
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 === 0 ? garden.records : other).projects.insert(
            projectOf(garden.workspaceId, { name: 'once' }),
            request,
          ),
        ),
      )
      expect(outcomes.filter(outcome => outcome === 'saved')).toHaveLength(1)
      expect(outcomes.filter(outcome => outcome === 'already_answered')).toHaveLength(19)
      expect(await names('once')).toEqual(['once'])
    })

    it.each([1, 2, 3, 4, 5, 6, 100])(
      'are listed by recent activity, each once in pages of %i',
      async limit => {
        await addProjects({ old: NOON - 9, tie1: NOON + 5, newest: NOON + 9, tie2: NOON + 5, tie3: NOON + 5 })
        expect(await names(undefined, limit)).toEqual(['newest', 'tie3', 'tie2', 'tie1', 'Meadow', 'old'])
      },
    )

    it('move to the top when an asset is put on them', async () => {
      await addProjects({ later: NOON + 1 })
      const asset = await plant(garden.assets, readyOf(garden.workspaceId))
      const node = nodeOf(garden.projectId, asset.id, { createdAt: NOON + 2 })
      await garden.assets.save({ node, events: [] })
      expect(await names()).toEqual(['Meadow', 'later'])
    })

    it('are found by a piece of their name, whatever its case', async () => {
      await addProjects({ 'Été 100%_"x"': NOON + 1, Straße: NOON + 2, 'ΟΔΟΣΑ 東京': NOON + 3 })
      for (const query of ['été', 'É', 'e\u0301te\u0301', '%', '_', '"', '0%_"X'])
        expect(await names(query), query).toEqual(['Été 100%_"x"'])
      for (const query of ['STRASSE', 'ß']) expect(await names(query), query).toEqual(['Straße'])
      for (const query of ['οδος', '東京', 'ΣΑ 東']) expect(await names(query), query).toEqual(['ΟΔΟΣΑ 東京'])
      for (const query of ['ete', '\\', 'x\0', "'", 'M%w']) expect(await names(query), query).toEqual([])
      expect(await names('e', 1)).toEqual(['Straße', 'Meadow'])
    })

    it("are never shown among another workspace's", async () => {
      const other = await addWorkspace(garden.records)
      await addProjects({ foreign: NOON }, other.id)
      expect(await names()).toEqual(['Meadow'])
      expect(await names('foreign')).toEqual([])
    })

    it('have their nodes listed newest first, each once in pages', async () => {
      const asset = await plant(garden.assets, readyOf(garden.workspaceId, { name: null }))
      const nodes = Array.from({ length: 5 }, (_, n) =>
        nodeOf(garden.projectId, asset.id, { label: `n${n}`, createdAt: NOON - n }),
      )
      for (const node of nodes) await garden.assets.save({ node, events: [] })
      for (const limit of [1, 2, 4, 5, 6]) {
        const seen = await allPages(after =>
          garden.records.projects.nodes(garden.projectId, { limit, after }),
        )
        expect(seen.map(node => node.label)).toEqual(['n4', 'n3', 'n2', 'n1', 'n0'])
      }
      expect(await garden.records.projects.nodes('prj_unknown', { limit: 5 })).toEqual({ items: [] })
    })

    it('show each node as it was placed, with what its asset gives a URL', async () => {
      const picture = await plant(garden.assets, readyOf(garden.workspaceId, { name: '東京.png' }))
      const sound = await plant(garden.assets, readyOf(garden.workspaceId, { name: null }))
      const first = nodeOf(garden.projectId, picture.id, { label: 'before it was renamed' })
      const nothing = { label: null, width: null, height: null }
      const second = nodeOf(garden.projectId, sound.id, { ...nothing, type: 'audio' })
      for (const node of [first, second]) await garden.assets.save({ node, events: [] })
      const { items } = await garden.records.projects.nodes(garden.projectId, { limit: 5 })
      expect(items).toStrictEqual([
        { ...second, mediaToken: sound.mediaToken, assetName: null },
        { ...first, mediaToken: picture.mediaToken, assetName: '東京.png' },
      ])
    })
  })
}
