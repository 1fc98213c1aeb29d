// Workspaces, and the beginning of an installation, which happens once.
import { describe, expect, it } from 'vitest'
import type { Beginning } from '../../src/workspaces/ports.ts'
import { allPages } from '../support/all-pages.ts'
import { keyOf, projectOf, workspaceOf } from '../support/specimens.ts'
import { type OpenInstallation, useInstallation } from '../support/use-records.ts'

export function describeWorkspaceRecords(name: string, open: OpenInstallation): void {
  describe(`${name}: workspaces`, () => {
    const installation = useInstallation(open)

    const beginning = (): Beginning => {
      const workspace = workspaceOf()
      return { workspace, project: projectOf(workspace.id), key: keyOf(workspace.id) }
    }

    it('are none to begin with', async () => {
      expect(await installation.records.workspaces.list()).toEqual([])
      expect(await installation.records.workspaces.find('ws_unknown')).toBeUndefined()
      await expect(installation.records.check()).resolves.toBeUndefined()
    })

    it('come back as they were written, oldest first whatever the clock said', async () => {
      const workspaces = [9, 3, 6].map(createdAt => workspaceOf({ createdAt, name: `東京 "${createdAt}"` }))
      for (const workspace of workspaces) await installation.records.workspaces.insert(workspace)
      expect(await installation.records.workspaces.list()).toStrictEqual(workspaces)
      for (const workspace of workspaces)
        expect(await installation.records.workspaces.find(workspace.id)).toStrictEqual(workspace)
    })

    it('are paged newest first, each once', async () => {
      const workspaces = [9, 3, 6, 3].map(createdAt => workspaceOf({ createdAt }))
      for (const workspace of workspaces) await installation.records.workspaces.insert(workspace)
      for (const limit of [1, 2, 3, 4, 100])
        expect(await allPages(after => installation.records.workspaces.page({ limit, after }))).toStrictEqual(
          workspaces.toReversed(),
        )
    })

    it('take on what is changed of them and keep the rest', async () => {
      const [workspace, other] = [workspaceOf({ quotaBytes: 5 }), workspaceOf()]
      const { workspaces } = installation.records
      await workspaces.insert(workspace)
      await workspaces.insert(other)
      const signed = { ...workspace, mediaAccess: 'signed' }
      expect(await workspaces.update(workspace.id, { mediaAccess: 'signed' })).toStrictEqual(signed)
      const renamed = { ...signed, name: 'Orchard', quotaBytes: null }
      expect(await workspaces.update(workspace.id, { name: 'Orchard', quotaBytes: null })).toStrictEqual(
        renamed,
      )
      expect(await workspaces.update(workspace.id, {})).toStrictEqual(renamed)
      const seenByOthers = (await installation.openAgain()).workspaces
      expect(await seenByOthers.list()).toStrictEqual([renamed, other])
    })

    it('are not made by a change', async () => {
      const { workspaces } = installation.records
      expect(await workspaces.update('ws_unknown', { name: 'Orchard' })).toBeUndefined()
      expect(await workspaces.list()).toEqual([])
    })

    it('have one space to test in, however many make it at once', async () => {
      const other = await installation.openAgain()
      const live = workspaceOf()
      await installation.records.workspaces.insert(live)
      expect(await other.workspaces.findTestSpace(live.id)).toBeUndefined()
      const spaces = Array.from({ length: 10 }, () => workspaceOf({ mode: 'test', testOf: live.id }))
      await Promise.all(
        spaces.map((it, n) => (n % 2 ? installation.records : other).workspaces.insertTestSpace(it)),
      )
      const made = await installation.records.workspaces.findTestSpace(live.id)
      expect(spaces).toContainEqual(made)
      expect(await installation.records.workspaces.list()).toEqual([live, made])
      expect(await installation.records.workspaces.find(made?.id ?? '')).toStrictEqual(made)
    })

    it('have each a space of their own to test in', async () => {
      const { workspaces } = installation.records
      for (const live of [workspaceOf(), workspaceOf()]) {
        const space = workspaceOf({ mode: 'test', testOf: live.id })
        await workspaces.insert(live)
        await workspaces.insertTestSpace(space)
        expect(await workspaces.findTestSpace(live.id)).toEqual(space)
      }
    })

    it('begin with a workspace, its project and its key, all of them', async () => {
      const { workspace, project, key } = beginning()
      expect(await installation.records.workspaces.begin({ workspace, project, key })).toBe(true)
      expect(await installation.records.workspaces.list()).toEqual([workspace])
      expect(await installation.records.projects.find(project.id)).toEqual(project)
      expect(await installation.records.keys.findByHash(key.hash)).toMatchObject(key)
    })

    it('do not begin where there is one already', async () => {
      const workspace = workspaceOf()
      await installation.records.workspaces.insert(workspace)
      const late = beginning()
      expect(await installation.records.workspaces.begin(late)).toBe(false)
      expect(await installation.records.workspaces.list()).toEqual([workspace])
      expect(await installation.records.projects.find(late.project.id)).toBeUndefined()
      expect(await installation.records.keys.list()).toEqual([])
    })

    it('begin once, however many ask at once', async () => {
      const other = await installation.openAgain()
      const beginnings = Array.from({ length: 20 }, beginning)
      const told = await Promise.all(
        beginnings.map((it, n) => (n % 2 === 0 ? installation.records : other).workspaces.begin(it)),
      )
      expect(told.filter(isFirst => isFirst)).toHaveLength(1)
      const winner = beginnings[told.indexOf(true)]
      expect(await other.workspaces.list()).toEqual([winner?.workspace])
      expect(await installation.records.keys.list()).toEqual([winner?.key])
    })
  })
}
